/** Runs the real `postern` as a process, in a world of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

export const BIN: string = resolve(import.meta.dirname, '../bin/postern.js');

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
}

/** A world: a home of its own, and nothing of the environment but the path. */
export interface World {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  remove(): void;
}

export function makeWorld(more: Readonly<Record<string, string>> = {}): World {
  const home = mkdtempSync(join(tmpdir(), 'postern-cli-'));
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    POSTERN_CONFIG_DIR: join(home, 'config'),
    ...more,
  };
  return {
    home,
    env,
    run: (args, options = {}) => runPostern(args, { cwd: home, ...options, env: { ...env, ...options.env } }),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

async function runPostern(args: readonly string[], options: RunOptions): Promise<Ran> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: options.cwd, env: { ...options.env } });
  // The program may end before it has read everything.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const ended = new Promise<Pick<Ran, 'code' | 'signal'>>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal }));
  });
  const [stdout, stderr, { code, signal }] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  return { code, signal, stdout, stderr };
}
