/** What the form says a token will hold is what the server makes of it, and what its command line makes. */
import { caveatsToJson, parseHeader, stringifyExactJson } from '@postern/token';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../../test/e2e/installation.ts';
import { readDraft, type Draft, type DraftPlace } from '../src/tokens/draft.ts';
import { openDashboard, type Dashboard } from './browser.ts';

let dashboard: Dashboard;
let place: DraftPlace;

beforeAll(async () => {
  dashboard = await openDashboard();
  const app = await dashboard.api<{ internal_numeric_id: number }>('GET', '/v1/apps/demo');
  const org = await dashboard.api<{ internal_numeric_id: number }>('GET', '/v1/orgs/personal');
  place = {
    organizationId: org.internal_numeric_id,
    organization: 'personal',
    appId: app.internal_numeric_id,
    app: 'demo',
  };
});
afterAll(() => dashboard.remove());

const EMPTY: Draft = {
  profile: 'machine_exec',
  rules: [],
  machines: [],
  expiry: '48h',
  name: '',
  noRead: false,
  networks: '',
  maxTimeout: '',
  noStdin: false,
  noTty: false,
};
const rules = (...lines: [line: string, how: 'exact' | 'prefix' | 'template'][]): Draft['rules'] =>
  lines.map(([line, how], key) => ({ key, line, how }));

const DRAFTS: Readonly<Record<string, Partial<Draft>>> = {
  'one command': { rules: rules(['uname -a', 'exact']) },
  'several, for ever, named': {
    rules: rules([`echo 'two words' "" 'it'\\''s'`, 'exact'], ['git log', 'prefix']),
    expiry: '0',
    name: "Sam's job; rm -rf /",
  },
  'forms, and a command among them': {
    rules: rules(['systemctl restart {web|worker}', 'template'], ['echo {a|b}', 'exact']),
  },
  'a form with a range, a pattern and a rest': {
    rules: rules(['seq {1..1000} {/[a-z]+/} {...5:/[a-z]+/}', 'template']),
  },
  'everything else': {
    rules: rules(['psql -c select', 'exact']),
    networks: '2001:db8::/32, 10.0.0.0/8 10.0.0.0/8',
    maxTimeout: '1m30s',
    noStdin: true,
    noTty: true,
    noRead: true,
  },
  'every command of the app': { profile: 'deploy', networks: '10.0.0.0/8' },
};

interface Made {
  readonly name: string;
  readonly caveats: readonly { readonly type: string; readonly body: unknown }[];
}

/** Without the window: the moment is another one. Whether there is one is told apart. */
const comparable = (caveats: Made['caveats']): unknown => ({
  forEver: !caveats.some(({ type }) => type === 'ValidityWindow'),
  rest: caveats.filter(({ type }) => type !== 'ValidityWindow'),
});

describe('the caveats a form promises', () => {
  test.each(Object.entries(DRAFTS))('%s', async (_, change) => {
    for (const pinned of [false, true]) {
      const runs = change.profile !== 'deploy';
      const draft: Draft = {
        ...EMPTY,
        ...change,
        ...(pinned && runs ? { machines: [dashboard.installation.machine] } : {}),
      };
      const read = readDraft(draft, place, Date.now());
      expect(read.problems).toEqual([]);
      expect(read.complete).toBe(true);
      const promised = JSON.parse(stringifyExactJson(caveatsToJson(read.caveats))) as Made['caveats'];

      const { record } = await dashboard.api<{ record: Made }>('POST', '/v1/apps/demo/tokens', {
        profile: draft.profile,
        expiry: draft.expiry === '0' ? '' : draft.expiry,
        ...(read.request.caveats.length === 0 ? {} : { caveats: read.request.caveats }),
        ...(runs ? { commands: read.request.commands } : {}),
        ...(runs && read.request.commandCaveats.length > 0
          ? { command_caveats: read.request.commandCaveats }
          : {}),
        ...(draft.machines.length > 0 ? { machines: draft.machines } : {}),
        ...(draft.noRead ? { no_read: true } : {}),
        dry_run: true,
      });
      expect(comparable(promised)).toEqual(comparable(record.caveats));

      const { stdout } = await run(read.commandLine);
      const { unsafeCaveats } = parseHeader(stdout.trim())[0] ?? { unsafeCaveats: [] };
      const made = JSON.parse(stringifyExactJson(caveatsToJson(unsafeCaveats))) as Made['caveats'];
      expect(comparable(made)).toEqual(comparable(record.caveats));
      const { tokens } = await dashboard.api<{ tokens: Made[] }>('GET', '/v1/apps/demo/tokens?limit=1');
      if (draft.name !== '') expect(tokens[0]?.name).toBe(draft.name);
    }
  });
});

/** The line as it is shown, in a shell. */
const run = (line: string) =>
  promisify(execFile)('sh', ['-c', line], {
    cwd: ROOT,
    env: { ...process.env, POSTERN_CONFIG_DIR: dashboard.installation.configDir },
  });

describe('what cannot become a token', () => {
  const wrong: Readonly<Record<string, Partial<Draft>>> = {
    'no command': {},
    'a blank command': { rules: rules(['   ', 'exact']) },
    'an empty word as the program': { rules: rules(["'' -l", 'exact']) },
    'an open quote': { rules: rules(["echo 'half", 'exact']) },
    'a hole that is none': { rules: rules(['echo {9..1}', 'template']) },
    'a beginning beside a form': { rules: rules(['echo {a|b}', 'template'], ['git', 'prefix']) },
    'a network that is none': { rules: rules(['true', 'exact']), networks: '10.0.0.0/33' },
    'a lifetime that is none': { rules: rules(['true', 'exact']), expiry: 'soon' },
    'a longest run of nothing': { rules: rules(['true', 'exact']), maxTimeout: '10ms' },
  };
  test.each(Object.entries(wrong))('%s', (_, change) => {
    expect(readDraft({ ...EMPTY, ...change }, place, Date.now()).complete).toBe(false);
  });

  test('a word of a shell is no mistake, but is spoken of', () => {
    for (const line of ['echo a | sh', 'true && false', 'echo $HOME', 'ls *.ts', 'cat ~/x', 'a; b']) {
      const read = readDraft({ ...EMPTY, rules: rules([line, 'exact']) }, place, Date.now());
      expect(read.rules[0]?.advice).toContain('There is no shell');
      expect(read.complete).toBe(true);
    }
  });
});
