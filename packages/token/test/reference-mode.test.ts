/**
 * Spellings a reader like the reference takes for one token, with one signature: Postern refuses all but the canonical
 * one, so that what was revoked cannot come back spelled anew.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeToken, encodeToken, parseToken, TokenError, verify } from '../src/index.ts';
import { nodeCrypto } from '../src/mac/node.ts';
import { hex, toHex } from './hex.ts';
import { readAsReference } from './reference-reader.ts';

interface Spelling {
  readonly name: string;
  readonly hex: string;
  readonly key_hex: string;
  readonly same_as?: string;
}

const file = new URL('../../../vectors/reject-format.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Spelling[] };
const spellings = vectors.filter(({ same_as }) => same_as !== undefined);

test('every leniency has its spelling', () => {
  const names = spellings.map(({ name }) => name).join('\n');
  for (const leniency of [
    'a number with',
    'nil for the number',
    'as a string',
    'as bytes',
    'array16',
    'as a map',
    'an empty array for a record',
    'nil for a record',
    'out of order',
    'a key twice',
    'after the end',
  ])
    expect(names).toContain(leniency);
});

test.each(spellings)('$name', ({ hex: spelled, key_hex: key, same_as: text = '' }) => {
  const token = parseToken(text);
  const canonical = toHex(encodeToken(token));
  expect(canonical).not.toBe(spelled);
  expect(verify(token, hex(key), {}, nodeCrypto).caveats).toHaveLength(5);
  // The reference: the same values, so the same signature.
  expect(toHex(readAsReference(hex(spelled)))).toBe(canonical);
  // Postern: no token at all.
  expect(() => decodeToken(hex(spelled))).toThrowError(TokenError);
});
