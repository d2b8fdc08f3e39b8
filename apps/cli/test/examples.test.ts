/**
 * The examples that help shows, run as they stand: by a shell, in the order of the table of commands, against the real
 * server. Placeholders (ids, addresses, folders) are filled in; what an example takes for granted is made first.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../src/commands/index.ts';
import type { Group } from '../src/core/command.ts';
import { BIN, makeWorld, type Ran, type World } from './postern.ts';
import { mintedId, startServer, until, type TestServer } from './server.ts';

let server: TestServer;
/** What the examples run in: the owner's world, with `postern` on the path. */
let home: string;
let env: Record<string, string>;
const other: World = makeWorld();
beforeAll(async () => {
  server = await startServer();
  home = server.owner.home;
  const bin = join(home, 'bin');
  mkdirSync(bin);
  symlinkSync(BIN, join(bin, 'postern'));
  symlinkSync(process.execPath, join(bin, 'node'));
  mkdirSync(join(home, 'backups'));
  mkdirSync(join(home, 'zsh'));
  writeFileSync(join(home, 'caveats.json'), '[{"type":"Action","body":"r"}]');
  writeFileSync(join(home, 'shared.secret'), Buffer.alloc(32, 1).toString('base64'));
  writeFileSync(join(home, 'access.log'), 'one\ntwo\n');
  env = {
    ...server.owner.env,
    PATH: `${bin}:${server.owner.env['PATH'] ?? ''}`,
    POSTERN_ORG: 'personal',
    POSTERN_DATA_DIR: join(home, 'data'),
  };
});
afterAll(async () => {
  other.remove();
  await server.stop();
});

interface Preparation {
  /** What stands for a placeholder of the line. */
  readonly fill?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What it prints to begin with, and the signal it is stopped with then: it ends only so. */
  readonly stop?: readonly [after: RegExp, signal: NodeJS.Signals];
  /** Exit code, and what it says, when not 0. */
  readonly refused?: readonly [code: number, says: string];
}
type Prepare = () => Preparation | Promise<Preparation>;

const owner = (...args: string[]): Promise<Ran> => server.owner.run(args, { env });
const lastWord = (ran: Ran): string => ran.stdout.trim().split(' ').at(-1) ?? '';

/** A token for `git status` and `uptime` in ci.token, its record and what a third party makes of it. */
async function aToken(): Promise<Preparation> {
  const commands = ['-C', 'git status', '-C', 'uptime'];
  const minted = await owner('tokens', 'create', 'machine-exec', '-a', 'demo', '-x', '1h', ...commands);
  writeFileSync(join(home, 'ci.token'), minted.stdout);
  const second = await owner('tokens', 'create', 'deploy', '-a', 'demo', '-x', '1h');
  return {
    fill: { tok_abcdefghij234567: mintedId(minted.stderr), tok_bcdefghij2345672: mintedId(second.stderr) },
  };
}

/** The token of ci.token in the variable. */
function withToken(): { readonly env: Readonly<Record<string, string>> } {
  return { env: { ...env, POSTERN_TOKEN: readFileSync(join(home, 'ci.token'), 'utf8').trim() } };
}

/** A token in ci.token that needs a discharge, the ticket for it and the discharge. */
async function aThirdParty(): Promise<Preparation> {
  await aToken();
  const [place, secret] = [
    ['-l', 'https://auth.example'],
    ['-s', 'shared.secret'],
  ];
  const added = await server.owner.run(['tokens', '3p', 'add', ...place, ...secret], withToken());
  writeFileSync(join(home, 'ci.token'), added.stdout);
  const ticket = lastWord(await server.owner.run(['tokens', '3p', 'ticket', ...place], withToken()));
  const discharge = lastWord(
    await owner('tokens', '3p', 'discharge', ...place, ...secret, '--ticket', ticket),
  );
  return { env: { TICKET: ticket, DISCHARGE: discharge } };
}

/** An exec that runs so many seconds. */
async function anExec(seconds: number): Promise<Preparation> {
  const line = `echo begun; sleep ${seconds}; echo over`;
  const id = lastWord(await owner('machine', 'exec', '-a', 'demo', '-d', '--', 'sh', '-c', line));
  await until(async () => (await owner('exec', 'logs', id)).stdout.includes('begun'));
  return { fill: { exec_abcdefghij234567: id } };
}

async function aMachine(): Promise<Preparation> {
  const { machine } = JSON.parse((await owner('machines', 'add', '-a', 'demo', '--json')).stdout) as {
    machine: { id: string };
  };
  return { fill: { '148e21ab9c3d89': machine.id } };
}

/** Another person's computer, signed in twice: signing out there does not sign the owner out. */
async function anotherWorld(): Promise<Preparation> {
  for (const name of ['local', 'staging']) {
    const link = (await owner('auth', 'link')).stdout.trim();
    expect(await other.run(['auth', 'login', '--link', link, '--name', name])).toMatchObject({ code: 0 });
  }
  return { env: { POSTERN_CONFIG_DIR: join(other.home, 'config') } };
}

/** A copy of the server's data, and a data directory of a server that is stopped. */
async function aCopy(): Promise<Preparation> {
  const copy = join(home, 'backups', 'postern-2026-11-24');
  if (!existsSync(copy)) await owner('backup', copy);
  const stopped = makeFolder();
  await owner('restore', copy, '--data-dir', stopped, '--unknown-tokens', 'keep', '--yes');
  return { env: { POSTERN_DATA_DIR: stopped }, fill: { '/var/lib/postern': stopped } };
}

let folders = 0;
function makeFolder(): string {
  folders += 1;
  return join(home, `folder-${folders}`);
}

const needsContainer: Prepare = () => ({ refused: [64, server.machine] });

const PREPARE: Readonly<Record<string, Prepare>> = {
  'postern serve': () => ({
    fill: { 'postern serve': 'postern serve --listen 127.0.0.1:0', '0.0.0.0:7070': '127.0.0.1:0' },
    env: { POSTERN_DATA_DIR: makeFolder(), POSTERN_CONFIG_DIR: makeFolder() },
    stop: [/Postern is running at/, 'SIGTERM'],
  }),
  'postern restore': aCopy,
  // On a terminal it goes on: login-live.test.ts.
  'postern auth login': async () => ({
    fill: { 'http://127.0.0.1:7070/login#secret': (await owner('auth', 'link')).stdout.trim() },
    env: { POSTERN_CONFIG_DIR: makeFolder() },
  }),
  'postern auth logout': anotherWorld,
  'postern auth switch': anotherWorld,
  'postern orgs members list': async () => {
    await owner('orgs', 'create', 'acme');
    return {};
  },
  'postern machine exec': aToken,
  // What `machine add` has added before: without it there is one, which need not be named.
  'postern machine rename': async () => {
    const ids = (await owner('machines', 'list', '-a', 'demo', '-q')).stdout.trim().split('\n');
    const added = ids.filter((id) => id !== server.machine);
    if (added.length > 0) await owner('machines', 'remove', '-a', 'demo', ...added, '--yes');
    return {};
  },
  'postern machine remove': aMachine,
  // Containers can: test/e2e/machine-control.test.ts.
  'postern machine stop': needsContainer,
  'postern machine restart': needsContainer,
  'postern machine ps': needsContainer,
  'postern exec show': () => anExec(0),
  'postern exec attach': () => anExec(0.5),
  'postern exec logs': () => anExec(0),
  'postern exec replay': () => anExec(0),
  'postern exec kill': () => anExec(60),
  'postern tokens create readonly': async () => {
    await owner('tokens', 'create', 'org', '-x', '1h', '--output', 'org.token');
    return {};
  },
  'postern tokens show': aToken,
  'postern tokens rename': aToken,
  'postern tokens revoke': aToken,
  'postern tokens rotate': aToken,
  'postern tokens attenuate': aToken,
  'postern tokens debug': aToken,
  'postern tokens explain': aToken,
  'postern tokens 3p add': aToken,
  'postern tokens 3p ticket': aThirdParty,
  'postern tokens 3p discharge': aThirdParty,
  'postern tokens 3p add-discharge': aThirdParty,
  'postern keys retire': async () => {
    const { keys } = JSON.parse((await owner('keys', 'list', '--json')).stdout) as {
      keys: { id: string; state: string }[];
    };
    return { fill: { '01a1b2c3d4e5f60718': keys.find(({ state }) => state === 'verifying')?.id ?? '' } };
  },
  'postern keys rewrap': aCopy,
  'postern audit list': aToken,
  'postern audit tail': async () => {
    await aToken();
    return { stop: [/exec\.run {2}refused/, 'SIGINT'] };
  },
  'postern completion': () => ({ fill: { '"${fpath[1]}/_postern"': join(home, 'zsh', '_postern') } }),
};

/** What an example says by its exit code, where that is not 0. */
const REFUSED: Readonly<Record<string, readonly [code: number, says: string]>> = {
  'postern auth login --server https://postern.example': [67, 'requires an interactive terminal'],
  'POSTERN_TOKEN="$(cat ci.token)" postern tokens explain "git push"': [77, 'refused: git push'],
};

interface ShownExample {
  readonly path: string;
  readonly line: string;
  /** Documented fields of its `--json`. */
  readonly json: Readonly<Record<string, string>> | undefined;
}

async function examplesOf(path: string, group: Group): Promise<ShownExample[]> {
  const found = Object.entries(group.children).map(async ([name, node]) => {
    const full = `${path} ${name}`;
    if (node.hidden) return [];
    if (node.kind === 'group') return examplesOf(full, node);
    const { examples: own, json } = await node.load();
    return own.map(({ line }) => ({ path: full, line, json }));
  });
  return (await Promise.all(found)).flat();
}

const examples = await examplesOf('postern', root);

async function runLine(line: string, { env: more, stop }: Preparation): Promise<Ran> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', stop === undefined ? line : `exec ${line}`], {
    cwd: home,
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  const stderr = text(child.stderr);
  const ended = new Promise<number | null>((done) => {
    child.on('close', done);
  });
  if (stop !== undefined) {
    const [after, signal] = stop;
    await until(async () => {
      // What `audit tail` is to show: a refusal, after it began to follow.
      if (line.includes('audit'))
        await server.owner.run(['machine', 'exec', '-a', 'demo', 'false'], withToken());
      return after.test(stdout) || child.exitCode !== null;
    });
    child.kill(signal);
  }
  return { code: await ended, signal: null, stdout, stderr: await stderr };
}

/** The line with what it names filled in. */
function fillIn(line: string, fill: Readonly<Record<string, string>>): string {
  const everywhere: Readonly<Record<string, string>> = {
    '148e21ab9c3d89': server.machine,
    'https://postern.example': server.url,
    'http://127.0.0.1:7070': server.url,
    '/var/backups': join(home, 'backups'),
    '/var/lib/postern/data': join(home, 'data'),
  };
  let filled = line;
  for (const [placeholder, value] of Object.entries({ ...fill, ...everywhere })) {
    filled = filled.replaceAll(placeholder, () => fill[placeholder] ?? value);
  }
  return filled;
}

describe('every example of every command', () => {
  test.each(examples)('$line', async ({ path, line }) => {
    const prepared = (await PREPARE[path]?.()) ?? {};
    const filled = fillIn(line, prepared.fill ?? {});
    const ran = await runLine(filled, prepared);
    const [code, says] = REFUSED[line] ?? prepared.refused ?? [0, ''];
    expect(ran, filled).toMatchObject({ code });
    expect(ran.stdout + ran.stderr).toContain(says);
    if (code === 0) expect(ran.stderr).not.toContain('error:');
  });
});

/** Names that the examples before have taken. */
const ANEW: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'postern backup': { '/var/backups/postern-': '/var/backups/again-' },
  'postern orgs create': { acme: 'anew' },
  'postern apps create': { shop: 'anew' },
  'postern apps destroy': { shop: 'anew' },
};

describe('--json prints the fields that are documented, and no others', () => {
  const documents = examples
    .filter(({ json }) => json !== undefined && Object.keys(json).every((key) => /^\w+$/.test(key)))
    // One example each that ends by itself, and whose command a machine of its own has.
    .filter(({ line, path }) => !/[|>]|--link|--follow|^curl/.test(line) && PREPARE[path] !== needsContainer)
    .filter(({ path }, index, all) => all.findIndex((other_) => other_.path === path) === index);

  test.each(documents)('$path', async ({ path, line, json = {} }) => {
    const prepared = (await PREPARE[path]?.()) ?? {};
    const spelled = path.replace('postern machine ', 'postern machines? ');
    const asked = fillIn(line, { ...prepared.fill, ...ANEW[path] }).replace(new RegExp(spelled), '$& --json');
    expect(asked).toContain('--json');
    const ran = await runLine(fillIn(asked, {}), prepared);
    const [code] = REFUSED[line] ?? [0];
    expect(ran, asked).toMatchObject({ code });
    if (code === 67) return;
    const printed = Object.keys(JSON.parse(ran.stdout) as object);
    // Some come with certain flags only, and say so.
    const wanted = Object.keys(json).filter(
      (key) => printed.includes(key) || !/\b(?:with|absent with) --/.test(json[key] ?? ''),
    );
    expect(printed.toSorted()).toEqual(wanted.toSorted());
  });
});
