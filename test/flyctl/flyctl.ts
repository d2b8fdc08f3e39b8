/**
 * A real flyctl against a real server: `FLYCTL_BIN=/path/to/flyctl npm run test:flyctl`. Not part of the normal
 * tests, because the binary is not ours to bring.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { openProgram, type Terminal } from '../../apps/cli/test/terminal.ts';
import { install, type Installation } from '../e2e/installation.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FlyOptions {
  /** What stands in `FLY_API_TOKEN`; the owner's session unless given, no variable when null. */
  readonly token?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface Flyctl {
  readonly postern: Installation;
  /** Its own configuration directory, home and working directory. */
  readonly directory: string;
  /** Runs flyctl without a terminal. It must never panic and never print JSON of ours. */
  fly(words: readonly string[], options?: FlyOptions): Promise<Ran>;
  /** The same, and it must succeed. @returns what it printed. */
  done(words: readonly string[], options?: FlyOptions): Promise<string>;
  /** The same, and it must fail with exit code 1. @returns what it printed on standard error. */
  refused(words: readonly string[], options?: FlyOptions): Promise<string>;
  /** Runs flyctl on a pseudo-terminal. */
  terminal(words: readonly string[], options?: FlyOptions): Terminal;
  remove(): Promise<void>;
}

/** The user's own environment is left out, whatever it says; nothing but the server is ever asked. */
function environment(url: string, directory: string, { token, env }: FlyOptions): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: directory,
    FLY_API_BASE_URL: url,
    FLY_FLAPS_BASE_URL: url,
    FLY_UIEX_BASE_URL: url,
    FLY_CONFIG_DIR: directory,
    FLY_NO_UPDATE_CHECK: '1',
    FLY_NO_INCIDENTS_CHECK: '1',
    FLY_SEND_METRICS: '0',
    FLY_SYNTHETICS_AGENT: '0',
    ...(token === null || token === undefined ? {} : { FLY_API_TOKEN: token }),
    ...env,
  };
}

export async function openFlyctl(): Promise<Flyctl> {
  const binary = process.env['FLYCTL_BIN'] ?? '';
  if (binary === '') throw new Error('set FLYCTL_BIN to the path of a flyctl binary');
  const postern = await install();
  const directory = mkdtempSync(join(tmpdir(), 'postern-flyctl-'));
  const environmentOf = (options: FlyOptions) =>
    environment(postern.url, directory, { token: postern.session(), ...options });

  const fly: Flyctl['fly'] = async (words, options = {}) => {
    const child = spawn(binary, [...words], { cwd: directory, env: environmentOf(options) });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    expect(stderr, words.join(' ')).not.toMatch(/panic|goroutine|\{"error"|cannot unmarshal/);
    return { code, stdout, stderr };
  };

  return {
    postern,
    directory,
    fly,
    async done(words, options) {
      const { code, stdout, stderr } = await fly(words, options);
      expect(code, `${words.join(' ')}: ${stderr}`).toBe(0);
      return stdout;
    },
    async refused(words, options) {
      const { code, stdout, stderr } = await fly(words, options);
      expect(code, `${words.join(' ')}: ${stdout}`).toBe(1);
      return stderr;
    },
    terminal: (words, options = {}) =>
      openProgram([binary, ...words], directory, { columns: 200, env: environmentOf(options) }),
    async remove() {
      await postern.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What flyctl prints with `--json`. */
export const json = (printed: string): Record<string, unknown> =>
  JSON.parse(printed) as Record<string, unknown>;
