/** Starts the real server program on a free port, with a data directory of its own. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeWorld, type World } from './postern.ts';

const PROGRAM = resolve(import.meta.dirname, '../../server/src/main.ts');
const PATIENCE_MILLISECONDS = 30_000;
const LOOK_MILLISECONDS = 50;

export interface TestServer {
  readonly url: string;
  /** The owner's session token. */
  readonly session: string;
  /** Id of the machine `local` of the app `demo`. */
  readonly machine: string;
  /** A world in which the owner is signed in. */
  readonly owner: World;
  stop(): Promise<void>;
}

/** @param env more variables, for the server and in the owner's world. */
export async function startServer(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const owner = makeWorld(env);
  const child = spawn(
    process.execPath,
    [PROGRAM, '--data-dir', join(owner.home, 'data'), '--listen', '127.0.0.1:0', ...args],
    { env: owner.env, cwd: owner.home, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const gone = new Promise<void>((done) => {
    child.on('close', () => done());
  });
  const file = join(owner.home, 'config', 'credentials.json');
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the server ended: ${said}`);
    return existsSync(file);
  });
  const { server, token } = readOwnContext(file);
  await until(async () => (await owner.run(['machines', 'wait', '-a', 'demo'])).code === 0);
  const { stdout } = await owner.run(['machines', 'list', '-a', 'demo', '-q']);
  return {
    url: server,
    session: token,
    machine: stdout.trim(),
    owner,
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
      owner.remove();
    },
  };
}

function readOwnContext(file: string): { server: string; token: string } {
  const { contexts } = JSON.parse(readFileSync(file, 'utf8')) as {
    contexts: { local: { server: string; token: string } };
  };
  return contexts.local;
}

/** Waits for a condition; the time between looks is no part of any result. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MILLISECONDS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('the condition never came true');
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_MILLISECONDS);
    });
  }
}

/** The id of the record a mint said on stderr. */
export function mintedId(stderr: string): string {
  return /tokens revoke (tok_[a-z2-7]{16})/.exec(stderr)?.[1] ?? '';
}
