/** Tokens share memory inside the library. Nothing that is given out reaches the bytes of another, or can change its own. */
import { describe, expect, test } from 'vitest';
import {
  addThirdParty,
  decodeToken,
  encodeToken,
  formatToken,
  mintToken,
  parseToken,
  signedMessages,
  verify,
  type Caveat,
  type UnverifiedToken,
} from '../src/index.ts';
import { nodeCrypto } from '../src/mac/node.ts';

const KEY = new Uint8Array(32).fill(1);
const CAVEATS: readonly Caveat[] = [
  { type: 'Organization', id: 1n, mask: 31 },
  { type: 'SourceAddress', networks: ['10.0.0.0/8'] },
  { type: 'Unknown', number: 60_000n, body: Uint8Array.of(0xc4, 2, 7, 7) },
  { type: 'BindToParentToken', digest: new Uint8Array(16).fill(9) },
];

function mint(caveats: readonly Caveat[] = CAVEATS): UnverifiedToken {
  const token = mintToken({ location: 'l', kid: new Uint8Array(9), key: KEY, caveats }, nodeCrypto);
  return addThirdParty(token, { location: 'a', shared: KEY }, nodeCrypto);
}

/** Every byte array that can be reached from a value. */
function byteArraysOf(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(byteArraysOf);
}

describe.each([
  ['minted', (): UnverifiedToken => mint()],
  ['decoded', (): UnverifiedToken => decodeToken(encodeToken(mint()))],
  ['parsed', (): UnverifiedToken => parseToken(formatToken(mint()))],
  ['longer than what is shared', (): UnverifiedToken => mint([...CAVEATS, longCaveat(2000)])],
])('a token that was %s', (_, make) => {
  test('gives out arrays that hold nothing else', () => {
    const token = make();
    const arrays = [...byteArraysOf(token), token.bytes.copy(), encodeToken(token)];
    expect(arrays.length).toBeGreaterThanOrEqual(9);
    for (const array of arrays) expect(array.buffer.byteLength).toBe(array.length);
    const { messages } = signedMessages(token);
    expect(messages.buffer.byteLength).toBe(token.bytes.length + token.unsafeCaveats.length + 1);
  });

  test('stays what it is, whatever is done to what it gave out', () => {
    const token = make();
    const text = formatToken(token);
    for (const array of [...byteArraysOf(token), token.bytes.copy(), encodeToken(token)]) array.fill(0xff);
    expect(formatToken(token)).toBe(text);
  });
});

function longCaveat(length: number): Caveat {
  return { type: 'FromMachineSource', id: 'x'.repeat(length) };
}

test('tokens that were decoded one after the other keep their own bytes', () => {
  const texts = Array.from({ length: 200 }, (_, at) =>
    formatToken(
      mintToken({ location: 'l', kid: KEY, key: KEY, caveats: [longCaveat((at * 37) % 700)] }, nodeCrypto),
    ),
  );
  const tokens = texts.flatMap((text) => [parseToken(text), decodeToken(encodeToken(parseToken(text)))]);
  expect(tokens.map(formatToken)).toEqual(texts.flatMap((text) => [text, text]));
  for (const token of tokens) expect(() => verify(token, KEY, {}, nodeCrypto)).not.toThrow();
});

test('what was given to be decoded may be used for other things', () => {
  const given = encodeToken(mint());
  const text = formatToken(decodeToken(given));
  const token = decodeToken(given);
  given.fill(0);
  expect(formatToken(token)).toBe(text);
});
