/** A real server as a process on a free port, with its own data and configuration, and the real command line. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export const ROOT: string = resolve(import.meta.dirname, '../..');
const SERVER = join(ROOT, 'apps/server/src/main.ts');
const CLI = join(ROOT, 'apps/cli/bin/postern.js');

export interface RunResult {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly code: number | null;
}

export interface Installation {
  readonly url: string;
  readonly dataDir: string;
  readonly configDir: string;
  readonly machine: string;
  readonly pid: number;
  /** Everything the server has written to standard error. */
  log(): string;
  /** Runs `postern` with these arguments. */
  postern(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** The owner's session token. */
  session(): string;
  /** Ends the server at once, as a power cut would. */
  kill9(): Promise<void>;
  stop(): Promise<number | null>;
  /** Starts it again on the same data. @param more of the environment. */
  start(more?: Readonly<Record<string, string>>): Promise<void>;
  /** Runs the server program with these words: `backup DIR`, `restore DIR`, … on this installation's data. */
  program(...words: string[]): Promise<RunResult>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Told of the process once it runs. */
  readonly onStart?: (child: { kill(signal: NodeJS.Signals): boolean }) => void;
}

/** Tokens, sessions, login and join secrets: a prefix, and more than an id has behind it. */
const SECRET = /\b(?:fm2|fm1r|fm1a|fo1|join|login)_[A-Za-z0-9+/_-]{16}/;

type ServerProcess = ChildProcessByStdio<null, Readable, Readable>;

export async function install(args: readonly string[] = []): Promise<Installation> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-e2e-'));
  const dataDir = join(directory, 'data');
  const configDir = join(directory, 'config');
  let server: ServerProcess | undefined;
  let url = '';
  let machine = '';
  let log = '';
  const env = { ...ownEnvironment(), POSTERN_CONFIG_DIR: configDir, NO_COLOR: '1' };

  const start: Installation['start'] = async (more = {}) => {
    // The first start picks a free port; later ones keep it, as an operator would.
    const port = url === '' ? '0' : new URL(url).port;
    const started = spawn(
      process.execPath,
      [SERVER, '--data-dir', dataDir, '--listen', `127.0.0.1:${port}`, ...args],
      { cwd: directory, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    server = started;
    let out = '';
    started.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    started.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const before = log.length;
    await until(() => {
      if (started.exitCode !== null) throw new Error(`the server ended: ${log.slice(before)}`);
      return out.includes('tokens list');
    });
    url = /running at (\S+)/.exec(out)?.[1] ?? '';
    machine = /machine {2}(\S+)/.exec(out)?.[1] ?? '';
    if (!args.includes('--no-embedded-agent'))
      await until(() => log.slice(before).includes('agent.connected'));
  };

  const ended = async (signal: NodeJS.Signals): Promise<number | null> => {
    const current = server;
    if (current === undefined || current.exitCode !== null || current.signalCode !== null) return null;
    const exit = new Promise<number | null>((done) => current.once('exit', (code) => done(code)));
    current.kill(signal);
    return exit;
  };

  await start();
  return {
    get url() {
      return url;
    },
    get machine() {
      return machine;
    },
    get pid() {
      return server?.pid ?? 0;
    },
    dataDir,
    configDir,
    log: () => log,
    postern: (words, options) => run([CLI, ...words], { ...env, ...options?.env }, directory, options),
    program: (...words) => run([SERVER, '--data-dir', dataDir, ...args, ...words], env, directory),
    session: () => {
      const file: unknown = JSON.parse(readFileSync(join(configDir, 'credentials.json'), 'utf8'));
      return (file as { contexts: { local: { token: string } } }).contexts.local.token;
    },
    kill9: async () => void (await ended('SIGKILL')),
    stop: () => ended('SIGTERM'),
    start,
    remove: async () => {
      await ended('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
      // Whatever a test did, and whatever went wrong in it: nothing secret may be in the log.
      const leaked = SECRET.exec(log);
      if (leaked !== null)
        throw new Error(`a secret in the log: ${log.slice(leaked.index - 200, leaked.index + 8)}…`);
    },
  };
}

/** The environment of a Node program whose clock is wrong by so much. */
export function clockAhead(ms: number): Record<string, string> {
  const code = encodeURIComponent(`const now=Date.now;Date.now=()=>now()+${ms}`);
  return { NODE_OPTIONS: `--import data:text/javascript,${code}` };
}

/** The environment without what would steer the command line. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:POSTERN|FLY)_/.test(name)));
}

function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
  options: RunOptions = {},
): Promise<RunResult> {
  const child = spawn(process.execPath, [...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  options.onStart?.(child);
  return new Promise((done) => {
    child.once('close', (code) => done({ stdout: Buffer.concat(stdout), stderr, code }));
  });
}

/** Waits for a condition, never for a time; gives up after half a minute. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true');
    await sleep(20);
  }
}

/** Ids of processes whose command line holds a text. */
export async function processesWith(text: string): Promise<number[]> {
  const { readdir, readFile } = await import('node:fs/promises');
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (line.split('\0').join(' ').includes(text)) found.push(Number(name));
  }
  return found.filter((pid) => pid !== process.pid);
}
