/**
 * The file that says which servers this person is signed in to: `credentials.json` in the configuration
 * directory, mode 0600, replaced in one step. The server writes it for its local owner at first start.
 */
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PosternError } from '@postern/contract/errors';
import type { Io } from '../core/io.ts';
import { writeSecretFile } from './secret-file.ts';

export interface Context {
  readonly server: string;
  readonly token: string;
  readonly email: string;
}

export interface Credentials {
  readonly current: string | undefined;
  readonly contexts: Readonly<Record<string, Context>>;
}

const EMPTY: Credentials = { current: undefined, contexts: {} };

/** `POSTERN_CONFIG_DIR`, else `postern` in the XDG configuration directory. */
export function configDirectory(io: Pick<Io, 'env' | 'homeDirectory'>): string {
  const own = io.env['POSTERN_CONFIG_DIR'];
  if (own !== undefined && own !== '') return own;
  const xdg = io.env['XDG_CONFIG_HOME'];
  // The XDG specification: a relative path is not valid and is ignored.
  const base = xdg !== undefined && xdg.startsWith('/') ? xdg : join(io.homeDirectory, '.config');
  return join(base, 'postern');
}

export function credentialsPath(io: Pick<Io, 'env' | 'homeDirectory'>): string {
  return join(configDirectory(io), 'credentials.json');
}

/** @throws PosternError `bad_request` for a file that is there but cannot be used. */
export async function readCredentials(io: Io): Promise<Credentials> {
  const path = credentialsPath(io);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return EMPTY;
    throw new PosternError('bad_request', `cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
  const parsed = parseCredentials(text);
  if (parsed === undefined) {
    throw new PosternError('bad_request', `${path} is not a credentials file`, {
      hint: `remove it and sign in again: postern auth login`,
    });
  }
  return parsed;
}

/** Mode bits of the file that let others in, or undefined when there is no file. */
export async function credentialsMode(io: Io): Promise<number | undefined> {
  try {
    return (await stat(credentialsPath(io))).mode & 0o777;
  } catch {
    return undefined;
  }
}

/** Replaces the file in one step; a reader sees the old or the new one, never half. */
export async function writeCredentials(io: Io, credentials: Credentials): Promise<void> {
  const path = credentialsPath(io);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const contents = { version: 1, current: credentials.current ?? null, contexts: credentials.contexts };
  await writeSecretFile(path, `${JSON.stringify(contents, null, 2)}\n`);
}

function parseCredentials(text: string): Credentials | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['version'] !== 1 || !isRecord(value['contexts'])) return undefined;
  const contexts: Record<string, Context> = {};
  for (const [name, entry] of Object.entries(value['contexts'])) {
    if (!isRecord(entry)) return undefined;
    const { server, token, email } = entry;
    if (typeof server !== 'string' || typeof token !== 'string') return undefined;
    contexts[name] = { server, token, email: typeof email === 'string' ? email : '' };
  }
  const current = value['current'];
  return { current: typeof current === 'string' ? current : undefined, contexts };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
