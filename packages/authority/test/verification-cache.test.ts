import {
  attenuate,
  encodeToken,
  formatToken,
  mintToken,
  parseToken,
  tokenUuid,
  type Caveat,
  type TokenCrypto,
  type UnverifiedToken,
} from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DECODED_HEADER_CHARS,
  DECODED_HEADERS,
  DecodedHeaders,
  type DecodedMember,
} from '../src/decoded-headers.ts';
import { CACHE_BYTES, CACHE_TOKENS, VerificationCache } from '../src/verification-cache.ts';

const KEY = new Uint8Array(32).fill(1);
const CAVEATS: Caveat[] = [
  { type: 'Organization', id: 1n, mask: 31 },
  { type: 'Action', mask: 2 },
];

function mint(caveats = CAVEATS): UnverifiedToken {
  return mintToken({ location: 'l', kid: Uint8Array.of(1), key: KEY, caveats }, nodeCrypto);
}

/** Counts how many messages were hashed. */
function counting(): { crypto: TokenCrypto; hashed: () => number } {
  let hashed = 0;
  const crypto: TokenCrypto = {
    ...nodeCrypto,
    hmacChain: (key, messages, ends) => {
      hashed += ends.length;
      return nodeCrypto.hmacChain(key, messages, ends);
    },
  };
  return { crypto, hashed: () => hashed };
}

const verify = (cache: VerificationCache, token: UnverifiedToken, key = KEY, keyId = 'k') =>
  cache.verify({ token, discharges: [] }, tokenUuid(token.nonce, nodeCrypto), keyId, key);

describe('the verification cache', () => {
  test('hashes nothing for a token it has verified, and gives the same frozen result', () => {
    const { crypto, hashed } = counting();
    const cache = new VerificationCache(crypto);
    const token = mint();
    const first = verify(cache, token);
    expect(hashed()).toBe(3);
    expect(verify(cache, parseToken(formatToken(token)))).toBe(first);
    expect(hashed()).toBe(3);
    expect(() => (first.caveats as Caveat[]).push({ type: 'IsMember' })).toThrowError(TypeError);
  });

  test('no part of a result can be changed by who was given it', () => {
    const cache = new VerificationCache(nodeCrypto);
    const commands: Caveat = { type: 'Commands', commands: [{ args: ['ls'], exact: true }] };
    const token = mint([...CAVEATS, { type: 'IfPresent', ifs: [commands], else: 1 }]);
    const [organization, , present] = verify(cache, token).caveats;
    expect(() => Object.assign(organization ?? {}, { mask: 0xffff })).toThrowError(TypeError);
    if (present?.type !== 'IfPresent') return expect.unreachable();
    expect(() => (present.ifs as Caveat[]).pop()).toThrowError(TypeError);
    const [inner] = present.ifs;
    if (inner?.type !== 'Commands') return expect.unreachable();
    expect(() => Object.assign(inner.commands[0] ?? {}, { exact: false })).toThrowError(TypeError);
    expect(() => Object.assign(inner.commands[0]?.args ?? [], ['id'])).toThrowError(TypeError);
    return expect(verify(cache, token).caveats).toEqual(mint([...CAVEATS, present]).unsafeCaveats);
  });

  test('hashes only what is new of a descendant', () => {
    const { crypto, hashed } = counting();
    const cache = new VerificationCache(crypto);
    const token = mint();
    verify(cache, token);
    const child = attenuate(token, [{ type: 'IsMember' }], nodeCrypto);
    expect(verify(cache, child).caveats).toHaveLength(3);
    expect(hashed()).toBe(4);
    verify(cache, attenuate(child, [{ type: 'Action', mask: 0 }], nodeCrypto));
    expect(hashed()).toBe(5);
  });

  test('invariant 2: an altered descendant of a verified token is refused', () => {
    const token = mint();
    const child = attenuate(token, [{ type: 'Action', mask: 1 }], nodeCrypto);
    fc.assert(
      fc.property(fc.nat(child.bytes.length * 8 - 1), (bit) => {
        const cache = new VerificationCache(nodeCrypto);
        verify(cache, token);
        verify(cache, child);
        const bytes = encodeToken(child);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        let altered: UnverifiedToken;
        try {
          altered = parseToken(`fm2_${Buffer.from(bytes).toString('base64')}`);
        } catch {
          return;
        }
        if (altered.location !== 'l') return;
        expect(() => verify(cache, altered)).toThrowError();
      }),
      { numRuns: 600 },
    );
  });

  test('a token without the caveats of its verified descendant is not verified by it', () => {
    const cache = new VerificationCache(nodeCrypto);
    const token = mint();
    const child = attenuate(token, [{ type: 'Action', mask: 1 }], nodeCrypto);
    verify(cache, child);
    const cut: UnverifiedToken = { ...token, tail: child.tail };
    expect(() => verify(cache, cut)).toThrowError(expect.objectContaining({ code: 'invalid-signature' }));
    verify(cache, token);
  });

  test('a token verified with one key is not verified with another', () => {
    const cache = new VerificationCache(nodeCrypto);
    const token = mint();
    verify(cache, token);
    const other = new Uint8Array(32).fill(2);
    expect(() => verify(cache, token, other, 'k2')).toThrowError(
      expect.objectContaining({ code: 'invalid-signature' }),
    );
  });

  test('failures are not remembered as success', () => {
    const cache = new VerificationCache(nodeCrypto);
    const forged: UnverifiedToken = { ...mint(), tail: new Uint8Array(32) };
    for (let i = 0; i < 3; i += 1) expect(() => verify(cache, forged)).toThrowError();
    expect(cache.size).toBe(0);
  });

  test('invariant 11: it never holds more than its limit', () => {
    const cache = new VerificationCache(nodeCrypto);
    for (let i = 0; i < CACHE_TOKENS + 100; i += 1)
      verify(cache, mint([{ type: 'Organization', id: BigInt(i), mask: 1 }]));
    expect(cache.size).toBe(CACHE_TOKENS);
  });

  test('invariant 11: nor more bytes than its limit, however long its holder makes a token', () => {
    const cache = new VerificationCache(nodeCrypto);
    const token = mint();
    for (let i = 0; i < 800; i += 1) {
      const commands = [{ args: [`${i}`, 'x'.repeat(3000), 'y'.repeat(3000)], exact: true }];
      verify(cache, attenuate(token, [{ type: 'Commands', commands }], nodeCrypto));
    }
    expect(cache.bytes).toBeLessThanOrEqual(CACHE_BYTES);
    expect(cache.size).toBeGreaterThan(600);
    expect(cache.size).toBeLessThan(800);
  });

  test('the same object is verified once for each key, and by no other key', () => {
    const { crypto, hashed } = counting();
    const cache = new VerificationCache(crypto);
    const member = { token: mint(), discharges: [] };
    const family = tokenUuid(member.token.nonce, nodeCrypto);
    const first = cache.verify(member, family, 'k', KEY);
    expect(cache.verify(member, family, 'k', KEY)).toBe(first);
    expect(hashed()).toBe(3);
    expect(() => cache.verify(member, family, 'k2', new Uint8Array(32).fill(2))).toThrowError(
      expect.objectContaining({ code: 'invalid-signature' }),
    );
  });
});

describe('decoded headers', () => {
  test('are the same objects for the same text, and for no other', () => {
    const headers = new DecodedHeaders(nodeCrypto);
    const token = mint();
    let decoded = 0;
    const decode = (): readonly DecodedMember[] => {
      decoded += 1;
      return [{ member: { token, discharges: [] }, family: 'f', tokenId: 't' }];
    };
    const first = headers.get('fm2_a', decode);
    expect(headers.get('fm2_a', decode)).toBe(first);
    expect(decoded).toBe(1);
    for (const other of ['fm2_b', 'fm2_a ', 'FM2_a', '']) expect(headers.get(other, decode)).not.toBe(first);
    expect(decoded).toBe(5);
  });

  test('that cannot be read are read again, and never remembered', () => {
    const headers = new DecodedHeaders(nodeCrypto);
    const fail = (): never => {
      throw new Error('unreadable');
    };
    for (let i = 0; i < 3; i += 1) expect(() => headers.get('fm2_', fail)).toThrowError('unreadable');
    expect(headers.size).toBe(0);
  });

  test('invariant 11: never more than their limit, and none that is long', () => {
    const headers = new DecodedHeaders(nodeCrypto);
    for (let i = 0; i < DECODED_HEADERS + 100; i += 1) headers.get(`fm2_${i}`, () => []);
    expect(headers.size).toBe(DECODED_HEADERS);
    const fresh = new DecodedHeaders(nodeCrypto);
    fresh.get('x'.repeat(DECODED_HEADER_CHARS + 1), () => []);
    expect(fresh.size).toBe(0);
  });
});
