/** Fields of JSON values, read strictly: what is not exactly as it should be is a `bad-json` error. */
import { parseActions } from '../action.ts';
import { TokenError } from '../errors.ts';
import { decodeBase64 } from '../lib/base64.ts';

/** An object with exactly these keys; those in `optional` may be absent. */
export function fields(
  value: unknown,
  keys: readonly string[],
  where: string,
  optional: readonly string[] = [],
): Record<string, unknown> {
  if (!isObject(value)) throw bad(`${where} is an object`);
  const found = Object.keys(value);
  const strange = found.find((key) => !keys.includes(key));
  if (strange !== undefined) throw bad(`${where} has no field ${JSON.stringify(strange)}`);
  const missing = keys.find((key) => !found.includes(key) && !optional.includes(key));
  if (missing !== undefined) throw bad(`${where} lacks the field ${JSON.stringify(missing)}`);
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function string(value: unknown, where: string): string {
  if (typeof value !== 'string' || !value.isWellFormed())
    throw bad(`${where} holds a string that is not well-formed text`);
  return value;
}

export function strings(value: unknown, where: string): string[] {
  if (!Array.isArray(value)) throw bad(`${where} holds a list of strings`);
  return value.map((item: unknown) => string(item, where));
}

export function base64(value: unknown, where: string): Uint8Array {
  const bytes = typeof value === 'string' ? decodeBase64(value) : undefined;
  if (bytes === undefined) throw bad(`${where} holds standard base64`);
  return bytes;
}

export function actions(value: unknown, where: string): number {
  if (typeof value !== 'string') throw bad(`${where} holds action letters such as "r" or "rwcdC"`);
  return parseActions(value);
}

export function unsigned(value: unknown, where: string): bigint {
  return integer(value, where, 0n, 2n ** 64n - 1n);
}

export function signed(value: unknown, where: string): bigint {
  return integer(value, where, -(2n ** 63n), 2n ** 63n - 1n);
}

export function unsignedText(value: string, where: string): bigint {
  if (!/^(?:0|[1-9]\d*)$/.test(value)) throw bad(`${where} holds an id that is not a decimal number`);
  return integer(BigInt(value), where, 0n, 2n ** 64n - 1n);
}

export function integer(value: unknown, where: string, least: bigint, most: bigint): bigint {
  const exact =
    typeof value === 'bigint'
      ? value
      : typeof value === 'number' && Number.isSafeInteger(value)
        ? BigInt(value)
        : undefined;
  if (exact === undefined || exact < least || exact > most) {
    throw bad(`${where} holds an integer from ${least} to ${most}, written exactly`);
  }
  return exact;
}

export function bad(message: string): TokenError {
  return new TokenError('bad-json', message);
}
