/** JSON that keeps integers beyond 2^53 exact, in both directions (spec section 11, [OURS]). */
import { TokenError } from '../errors.ts';

export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * Reads JSON; an integer that a number cannot hold becomes a BigInt. A key that stands twice in one object is refused:
 * readers differ in which of the two they believe.
 *
 * @throws TokenError `bad-json`.
 */
export function parseExactJson(text: string): unknown {
  const value = parse(text);
  if (repeatsKey(text)) throw new TokenError('bad-json', 'an object with the same key twice');
  return value;
}

/** Whether some object of valid JSON names a key twice. */
function repeatsKey(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  let key = true;
  for (const [part] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    if (part === '{' || part === '[') open.push(part === '{' ? new Set() : undefined);
    else if (part === '}' || part === ']') open.pop();
    const keys = open.at(-1);
    if (part.startsWith('"') && key && keys !== undefined) {
      // With its escapes undone: two spellings of one key are one key.
      const name: unknown = JSON.parse(part);
      if (keys.has(String(name))) return true;
      keys.add(String(name));
    }
    key = part === '{' || part === ',';
  }
  return false;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
      const source = context?.source;
      return typeof value === 'number' &&
        !Number.isSafeInteger(value) &&
        source !== undefined &&
        /^-?\d+$/.test(source)
        ? BigInt(source)
        : value;
    });
  } catch (cause) {
    throw new TokenError('bad-json', 'not valid JSON', { cause });
  }
}

/** An integer as plain JSON holds it, or as a BigInt where a number cannot. */
export function exactInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Writes JSON; a BigInt becomes a number of all its digits. `indent` is a count of spaces, 0 for one line. */
export function stringifyExactJson(value: Json, indent = 0): string {
  if (indent > 0) return write(value, indent, 0);
  try {
    return JSON.stringify(value);
  } catch {
    // A BigInt, which JSON.stringify refuses; few values hold one.
    return write(value, 0, 0);
  }
}

function write(value: Json, indent: number, level: number): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const pad = indent === 0 ? '' : `\n${' '.repeat(indent * (level + 1))}`;
  const end = indent === 0 ? '' : `\n${' '.repeat(indent * level)}`;
  const inner = (item: Json): string => write(item, indent, level + 1);
  if (isList(value)) {
    return value.length === 0 ? '[]' : `[${pad}${value.map(inner).join(`,${pad}`)}${end}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const colon = indent === 0 ? ':' : ': ';
  return `{${pad}${entries.map(([key, item]) => JSON.stringify(key) + colon + inner(item)).join(`,${pad}`)}${end}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
