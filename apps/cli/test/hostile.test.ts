/**
 * What a hostile server, token name or repository may do to the person at the terminal: nothing. Honest answers of
 * the real server are poisoned one field at a time, for every command that shows some.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Transport } from '@postern/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Io } from '../src/core/io.ts';
import { nodeTransport } from '../src/network/transport.ts';
import { run } from '../src/run.ts';
import { mintedId, startServer, type TestServer } from './server.ts';

/** Sets the title of the window, begins a colour with one C1 byte, turns the text around, forges a line. */
const POISON = '\u001B]0;owned\u0007\u009B31m\u202Eowned\u007F\r\nerror: forged';
// What a terminal acts on, and what hides or reorders text; line breaks are what our own lines end with.
const HARMFUL = /(?!\n)\p{Cc}|[\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/u;

let server: TestServer;
let places: Readonly<Record<string, string>>;
beforeAll(async () => {
  server = await startServer();
  const { owner } = server;
  await owner.run(['apps', 'update', 'demo', '--record', 'full']);
  await owner.run(['machine', 'exec', '-a', 'demo', 'true']);
  const minted = await owner.run(['tokens', 'create', 'machine-exec', '-a', 'demo', '-x', '1h', 'ls']);
  const execs = await owner.run(['exec', 'list', '-a', 'demo', '--json']);
  places = {
    TOKEN: mintedId(minted.stderr),
    EXEC: /exec_[a-z2-7]{16}/.exec(execs.stdout)?.[0] ?? '',
    MACHINE: server.machine,
  };
});
afterAll(() => server.stop());

/** The program in this process, on a terminal that shows no colour of ours. */
async function runHere(line: string, transport: Transport): Promise<{ code: number; shown: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const io: Io = {
    stdin: Readable.from([]),
    stdout,
    stderr,
    terminal: { stdin: false, stdout: true, stderr: false, columns: () => 200, rows: () => 24 },
    env: { ...server.owner.env, NO_COLOR: '1' },
    cwd: server.owner.home,
    homeDirectory: server.owner.home,
    now: Date.now,
    transport,
    onSignal: () => () => undefined,
    setRawMode: () => Promise.resolve(),
    programDirectory: import.meta.dirname,
    platform: process.platform,
    nodeVersion: process.version,
    nodePath: process.execPath,
  };
  const shown = Promise.all([text(stdout), text(stderr)]);
  const code = await run(
    io,
    line.split(' ').map((word) => places[word] ?? word),
  );
  stdout.end();
  stderr.end();
  return { code, shown: (await shown).join('') };
}

/** `body` with every text at `field` poisoned; fields met on the way are added to `fields`. */
function poison(value: unknown, field: string | undefined, fields: Set<string>, path = ''): unknown {
  if (typeof value === 'string') {
    fields.add(path);
    return path === field ? value + POISON : value;
  }
  if (Array.isArray(value)) return value.map((item) => poison(item, field, fields, `${path}[]`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, poison(item, field, fields, `${path}.${key}`)]),
  );
}

function poisoning(field: string | undefined, fields: Set<string>): Transport {
  return async (request) => {
    const response = await nodeTransport(request);
    return { ...response, text: JSON.stringify(poison(JSON.parse(response.text), field, fields)) };
  };
}

const LINES = [
  'auth whoami',
  'orgs list',
  'orgs show personal',
  'orgs members list -o personal',
  'apps list',
  'apps list -q',
  'apps show demo',
  'machines list -a demo',
  'machines list -a demo -q',
  'machines show -a demo',
  'machines wait -a demo',
  'exec list -a demo',
  'exec show EXEC',
  'tokens list -a demo',
  'tokens list -s org',
  'tokens show TOKEN',
  'tokens rename TOKEN same',
  'tokens create machine-exec -a demo --dry-run ls',
  'tokens create machine-exec -a demo -x 1h ls',
  'tokens create deploy -a demo -x 1h --json',
  'keys list',
  'audit list -o personal -n 5',
  'audit export -o personal',
  'audit verify',
  'machines list',
  'doctor',
];

describe('no text of a server reaches the terminal as it is', () => {
  test.each(LINES.flatMap((line) => (line.includes('--json') ? [line] : [line, `${line} --json`])))(
    'postern %s',
    async (line) => {
      const fields = new Set<string>();
      const honest = await runHere(line, poisoning(undefined, fields));
      expect(honest.code, honest.shown).toBe(0);
      let survived = 0;
      for (const field of fields) {
        const { shown } = await runHere(line, poisoning(field, new Set()));
        expect(shown, field).not.toMatch(HARMFUL);
        expect(shown, field).not.toMatch(/^error: forged/m);
        if (shown.includes('owned')) survived += 1;
      }
      // Else the fields were refused before they could be shown, and this shows nothing.
      expect(survived).toBeGreaterThan(0);
    },
  );

  test.each(['apps list', 'apps list --json', 'machine exec -a demo ls --json', 'tokens revoke TOKEN'])(
    'nor any of a refusal: postern %s',
    async (line) => {
      const body = {
        error: `no${POISON}`,
        code: 'not_allowed',
        status: 'x',
        hint: `ask${POISON}`,
        details: { refusals: [{ reason: `because${POISON}`, would_allow: POISON }] },
      };
      const { code, shown } = await runHere(line, () =>
        Promise.resolve({ status: 403, headers: {}, text: JSON.stringify(body) }),
      );
      expect(code).toBe(77);
      expect(shown).toContain('owned');
      expect(shown).not.toMatch(HARMFUL);
      expect(shown).not.toMatch(/^error: forged/m);
    },
  );
});

describe('a repository that somebody else wrote', () => {
  const asked: string[] = [];
  const thief = createServer((request, response) => {
    asked.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`);
    response.writeHead(308, { location: `${server.url}${request.url ?? ''}` }).end();
  });
  let address: string;
  beforeAll(async () => {
    await new Promise<void>((done) => {
      thief.listen(0, '127.0.0.1', done);
    });
    const bound = thief.address();
    address = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
  });
  afterAll(() => {
    thief.close();
    thief.closeAllConnections();
  });

  const clone = (name: string, file: string, contents: string): string => {
    const folder = join(server.owner.home, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), contents);
    return folder;
  };

  test.each(['postern.toml', 'fly.toml'])('names an app in %s, and never a server', async (file) => {
    const keys = ['server', 'url', 'api', 'context', 'access_token', 'POSTERN_SERVER'];
    const lines = keys.map((key) => `${key} = "${address}"`);
    const folder = clone('theirs', file, [...lines, 'app = "demo"', '[server]', ...lines].join('\n'));
    writeFileSync(join(folder, '.env'), `POSTERN_SERVER=${address}\n`);
    for (const args of [['machines', 'list'], ['machine', 'exec', 'true'], ['tokens', 'list'], ['doctor']]) {
      expect(await server.owner.run(args, { cwd: folder })).toMatchObject({ code: 0 });
    }
    expect(asked).toEqual([]);
  });

  test.each(['..', '.', '../../v1/keys', 'demo/../other', String.raw`demo\u001b]0;owned\u0007`])(
    'cannot make the app %s mean another path, or an escape sequence',
    async (app) => {
      const folder = clone('odd', 'postern.toml', `app = "${app}"\n`);
      const ran = await server.owner.run(['machines', 'list'], { cwd: folder });
      expect([64, 68]).toContain(ran.code);
      expect(ran.stdout).toBe('');
      expect(ran.stderr).not.toMatch(HARMFUL);
    },
  );

  test('a server that points elsewhere is not followed, and a session is not sent to it', async () => {
    const session = await server.owner.run(['machines', 'list', '--server', address]);
    expect(session).toMatchObject({ code: 67 });
    expect(asked).toEqual([]);
    const token = await server.owner.run([
      'machines',
      'list',
      '-a',
      'demo',
      '--server',
      address,
      '-t',
      'fo1_x',
    ]);
    expect(token).toMatchObject({ code: 64, stdout: '' });
    expect(token.stderr).toContain(`points to ${server.url}`);
    expect(asked).toEqual(['/v1/apps/demo/machines Bearer fo1_x']);
  });
});
