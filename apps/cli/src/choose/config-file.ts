/**
 * The name of the app in `postern.toml` or `fly.toml`: the key `app` before the first table. Everything else in
 * the file belongs to others and is stepped over.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PosternError } from '@postern/contract/errors';

const NAMES = ['postern.toml', 'fly.toml'];

export interface AppConfig {
  readonly path: string;
  readonly app: string | undefined;
}

/**
 * @param given value of `--config`: a file, or a folder that holds one.
 * @returns the file found and the app it names; undefined when there is none and none was asked for.
 * @throws PosternError `bad_request` for a file that was named and is not there, or cannot be read as TOML.
 */
export async function readAppConfig(cwd: string, given: string | undefined): Promise<AppConfig | undefined> {
  const candidates =
    given === undefined ? NAMES.map((name) => join(cwd, name)) : await candidatesOf(join2(cwd, given));
  for (const path of candidates) {
    const text = await readIfThere(path);
    if (text !== undefined) return { path, app: readAppName(text, path) };
  }
  if (given === undefined) return undefined;
  throw new PosternError('bad_request', `config file not found at specified path: ${given}`, {
    hint: `looked for ${candidates.join(' and ')}`,
  });
}

function join2(cwd: string, path: string): string {
  return path.startsWith('/') ? path : join(cwd, path);
}

async function candidatesOf(path: string): Promise<string[]> {
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  return isFolder ? NAMES.map((name) => join(path, name)) : [path];
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new PosternError('bad_request', `cannot read ${path}`, { cause: error });
  }
}

/** The top-level key `app` of a TOML text. */
export function readAppName(text: string, path: string): string | undefined {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    if (/^\s*\[/.test(line)) return undefined;
    const entry = /^\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_.-]+))\s*=\s*(.*)$/.exec(line);
    const fail = (reason: string): PosternError =>
      new PosternError('bad_request', `failed loading app config from ${path}: line ${at + 1}: ${reason}`);
    if (entry === null) throw fail('expected `key = value`');
    const key = entry[1] ?? entry[2] ?? entry[3];
    const value = entry[4] ?? '';
    if (key === 'app') {
      const string = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:#.*)?$/.exec(value);
      if (string === null) throw fail('`app` is not a string');
      return string[2] ?? unescapeBasic(string[1] ?? '', fail);
    }
    at = skipValue(lines, at, value, fail);
  }
  return undefined;
}

function unescapeBasic(text: string, fail: (reason: string) => PosternError): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    throw fail('`app` holds an escape that is not known');
  }
}

/** @returns the last line of a value that may go over several lines. */
function skipValue(
  lines: readonly string[],
  start: number,
  value: string,
  fail: (reason: string) => PosternError,
): number {
  const fence = /^("""|''')/.exec(value)?.[1];
  let at = start;
  if (fence !== undefined) {
    let rest = value.slice(3);
    while (!rest.includes(fence)) {
      at += 1;
      const next = lines[at];
      if (next === undefined) throw fail('a text is not closed');
      rest = next;
    }
    return at;
  }
  let depth = depthOf(value);
  while (depth > 0) {
    at += 1;
    const next = lines[at];
    if (next === undefined) throw fail('a list is not closed');
    depth += depthOf(next);
  }
  if (value === '') throw fail('expected a value');
  return at;
}

/** Brackets opened less brackets closed, outside of strings and comments. */
function depthOf(text: string): number {
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'|#.*$/g, '');
  return (bare.match(/[[{]/g)?.length ?? 0) - (bare.match(/[\]}]/g)?.length ?? 0);
}
