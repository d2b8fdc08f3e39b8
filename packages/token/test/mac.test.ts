/** Every crypto gives the answers of `node:crypto`. */
import { createHash, createHmac } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { attenuate, formatToken, mintToken, tokenUuid, verify, type TokenCrypto } from '../src/index.ts';
import { browserCrypto } from '../src/mac/browser.ts';
import { nodeCrypto } from '../src/mac/node.ts';
import { loadHashes, withWasm } from '../src/mac/wasm.ts';
import { buildSha256 } from '../src/mac/wasm/sha256.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Bytes that differ from place to place, and from one length to the next. */
const bytes = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + length * 13) & 0xff);
const plain = (value: Uint8Array | undefined): number[] | undefined => value && [...value];

describe.each<[string, TokenCrypto]>([
  ['wasm over node', withWasm(nodeCrypto)],
  ['browser', browserCrypto()],
])('%s', (_, crypto) => {
  test('SHA-256, SHA-1 and HMAC of every length up to four blocks', () => {
    for (let length = 0; length <= 260; length += 1) {
      const message = bytes(length);
      expect(plain(crypto.sha256(message))).toEqual(plain(nodeCrypto.sha256(message)));
      expect(plain(crypto.sha1(message))).toEqual(plain(nodeCrypto.sha1(message)));
      const key = bytes(length % 33);
      expect(plain(crypto.hmacSha256(key, message))).toEqual(plain(nodeCrypto.hmacSha256(key, message)));
    }
  });

  test('the largest messages', () => {
    for (const length of [8_192, 40_959, 40_960]) {
      expect(plain(crypto.sha256(bytes(length)))).toEqual(plain(nodeCrypto.sha256(bytes(length))));
      expect(plain(crypto.hmacSha256(bytes(32), bytes(length)))).toEqual(
        plain(nodeCrypto.hmacSha256(bytes(32), bytes(length))),
      );
    }
  });

  test('chains, one after another, leave nothing behind', () => {
    for (const ends of [
      [],
      [0],
      [1],
      [55, 111, 112],
      [64, 64, 128],
      Array.from({ length: 256 }, (__, i) => i * 3),
    ]) {
      const messages = bytes(ends.at(-1) ?? 0);
      expect(plain(crypto.hmacChain(bytes(32), messages, ends))).toEqual(
        plain(nodeCrypto.hmacChain(bytes(32), messages, ends)),
      );
    }
  });

  test('sealing is the inverse of opening, and equal', () => {
    for (const length of [0, 1, 15, 16, 17, 36, 63, 64, 65, 300]) {
      const [key, nonce, text] = [bytes(32), bytes(12), bytes(length)];
      const sealed = crypto.seal(key, nonce, text);
      expect(plain(sealed)).toEqual(plain(nodeCrypto.seal(key, nonce, text)));
      expect(plain(crypto.open(key, nonce, sealed))).toEqual(plain(text));
      for (let at = 0; at < sealed.length; at += 5) {
        const changed = Uint8Array.from(sealed, (byte, i) => (i === at ? byte ^ 1 : byte));
        expect(crypto.open(key, nonce, changed)).toBeUndefined();
      }
      expect(crypto.open(key, nonce, sealed.slice(0, 15))).toBeUndefined();
    }
  });

  test('a token made with one is verified with the other', () => {
    const options = {
      location: 'l',
      kid: bytes(8),
      rnd: bytes(16),
      key: bytes(32),
      caveats: [{ type: 'Action', mask: 3 }],
    } as const;
    const token = attenuate(mintToken(options, crypto), [{ type: 'NoTty' }], crypto);
    expect(formatToken(token)).toBe(
      formatToken(attenuate(mintToken(options, nodeCrypto), [{ type: 'NoTty' }], nodeCrypto)),
    );
    expect(verify(token, bytes(32), {}, nodeCrypto).caveats).toHaveLength(2);
    expect(tokenUuid(token.nonce, crypto)).toBe(tokenUuid(token.nonce, nodeCrypto));
    expect(crypto.randomBytes(16)).toHaveLength(16);
  });
});

describe('published examples', () => {
  const browser = browserCrypto();
  test('FIPS 180-4: abc', () => {
    const abc = new TextEncoder().encode('abc');
    expect(Buffer.from(browser.sha256(abc)).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(Buffer.from(browser.sha1(abc)).toString('hex')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
  });

  test('RFC 4231, case 2', () => {
    const result = browser.hmacSha256(
      new TextEncoder().encode('Jefe'),
      new TextEncoder().encode('what do ya want for nothing?'),
    );
    expect(Buffer.from(result).toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});

test('node: HMAC with keys and messages of every length is that of createHmac', () => {
  for (let length = 0; length <= 130; length += 1) {
    const [key, message] = [bytes(length), bytes(260 - length)];
    const expected = createHmac('sha256', key).update(message).digest();
    expect(plain(nodeCrypto.hmacSha256(key, message))).toEqual(plain(expected));
    expect(plain(nodeCrypto.hmacChain(key, message, [message.length]))).toEqual(plain(expected));
  }
});

describe('where the program cannot help', () => {
  test('larger messages, longer keys and longer chains go to the crypto below', () => {
    const crypto = withWasm(nodeCrypto);
    const large = bytes(40_961);
    expect(plain(crypto.sha256(large))).toEqual(plain(nodeCrypto.sha256(large)));
    expect(plain(crypto.hmacSha256(bytes(32), large))).toEqual(
      plain(nodeCrypto.hmacSha256(bytes(32), large)),
    );
    expect(plain(crypto.hmacSha256(bytes(33), bytes(1)))).toEqual(
      plain(nodeCrypto.hmacSha256(bytes(33), bytes(1))),
    );
    const ends = Array.from({ length: 257 }, (_, i) => i);
    expect(plain(crypto.hmacChain(bytes(32), bytes(256), ends))).toEqual(
      plain(nodeCrypto.hmacChain(bytes(32), bytes(256), ends)),
    );
    expect(plain(crypto.hmacChain(bytes(33), bytes(1), [1]))).toEqual(
      plain(nodeCrypto.hmacChain(bytes(33), bytes(1), [1])),
    );
    expect(plain(crypto.hmacChain(bytes(32), large, [40_961]))).toEqual(
      plain(nodeCrypto.hmacChain(bytes(32), large, [40_961])),
    );
    expect(() => browserCrypto().sha256(large)).toThrowError(
      expect.objectContaining({ code: 'bad-argument' }),
    );
  });

  test('without WebAssembly the crypto below is used, and a browser is told', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(withWasm(nodeCrypto)).toBe(nodeCrypto);
    expect(() => browserCrypto()).toThrowError(expect.objectContaining({ code: 'bad-argument' }));
  });

  test('nor where a policy forbids it', () => {
    vi.stubGlobal('WebAssembly', {
      Module: function Module() {
        throw new Error('forbidden by policy');
      },
    });
    expect(loadHashes(nodeCrypto)).toBeUndefined();
  });
});

test('the program is the same in every build', () => {
  const digest = createHash('sha256').update(buildSha256()).digest('hex');
  expect(digest).toBe('8a70eee6122e78beac0040c47089e991df93f14d47e3546ae9330ea0425172c4');
});
