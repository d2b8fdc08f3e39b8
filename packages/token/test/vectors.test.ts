/** The vectors of `vectors/`: read as anybody else would read them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { vectorFiles } from '../../../scripts/vectors.ts';
import {
  bundle,
  caveatsToJson,
  clear,
  decodeCaveats,
  decodeToken,
  formatToken,
  parseCaveatsJson,
  parseExactJson,
  parseHeader,
  parseToken,
  stringifyExactJson,
  TokenError,
  tokenUuid,
  verify,
  type Access,
  type CaveatJson,
  type TokenCrypto,
  type VerifiedToken,
} from '../src/index.ts';
import { nodeCrypto } from '../src/mac/node.ts';
import { withWasm } from '../src/mac/wasm.ts';
import { hex } from './hex.ts';

interface Vector {
  readonly name: string;
  readonly key_hex: string;
  readonly token: string;
  readonly discharges?: readonly string[];
  readonly trusted?: Readonly<Record<string, string>>;
  readonly claims: readonly CaveatJson[];
  readonly verified?: readonly CaveatJson[];
  readonly access: Readonly<Record<string, unknown>>;
  readonly uuid?: string;
  readonly code: string;
  readonly kind: string;
  readonly hex: string;
  readonly text: string;
}
interface File {
  readonly location: string;
  readonly count: number;
  readonly vectors: readonly Vector[];
}

function read(group: string): File {
  const text = readFileSync(new URL(`../../../vectors/${group}.json`, import.meta.url), 'utf8');
  const file = parseExactJson(text) as File;
  expect(file.vectors).toHaveLength(file.count);
  return file;
}

const cases = (group: string): (readonly [string, Vector, string])[] => {
  const { vectors, location } = read(group);
  return vectors.map((vector) => [vector.name, vector, location]);
};

/** What a service does with a token: location, bundle, signature. */
function check(vector: Vector, location: string, crypto: TokenCrypto): VerifiedToken {
  const token = parseToken(vector.token);
  if (token.location !== location) throw new TokenError('wrong-location', 'of another service');
  expect(formatToken(token)).toBe(vector.token);
  const discharges = (vector.discharges ?? []).map(parseToken);
  const trusted = new Map(Object.entries(vector.trusted ?? {}).map(([place, key]) => [place, [hex(key)]]));
  const member = bundle([token, ...discharges], location)[0];
  expect(member?.token).toBe(token);
  return verify(token, hex(vector.key_hex), { discharges, trusted }, crypto);
}

function accessOf({ access }: Vector): Access {
  const ids: [string, unknown][] = Object.entries(access).map(([key, value]) => [
    key,
    key === 'orgId' || key === 'appId' ? BigInt(Number(value)) : value,
  ]);
  return Object.fromEntries(ids) as unknown as Access;
}

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
  return 'accepted';
};

const CRYPTOS = [
  ['node', nodeCrypto],
  ['wasm', withWasm(nodeCrypto)],
] as const;

test('the files are what the script writes', () => {
  for (const [name, text] of vectorFiles()) {
    expect(readFileSync(new URL(`../../../vectors/${name}`, import.meta.url), 'utf8')).toBe(text);
  }
});

test('there are at least 400, and most are refusals', () => {
  const count = (group: string): number => read(group).vectors.length;
  const refusals = count('deny') + count('reject-format') + count('reject-signature');
  expect(refusals + count('accept')).toBeGreaterThanOrEqual(400);
  expect(refusals).toBeGreaterThan(4 * count('accept'));
});

describe('accept', () => {
  test.each(cases('accept'))('%s', (_, vector, location) => {
    for (const [, crypto] of CRYPTOS) {
      const verified = check(vector, location, crypto);
      expect(clear(verified.caveats, accessOf(vector))).toEqual({ allowed: true });
      if (vector.verified !== undefined) {
        expect(stringifyExactJson(caveatsToJson(verified.caveats))).toBe(stringifyExactJson(vector.verified));
      }
      expect(stringifyExactJson(caveatsToJson(verified.token.unsafeCaveats))).toBe(
        stringifyExactJson(vector.claims),
      );
      expect(vector.uuid ?? tokenUuid(verified.token.nonce, crypto)).toBe(
        tokenUuid(verified.token.nonce, crypto),
      );
    }
  });
});

describe('deny', () => {
  test.each(cases('deny'))('%s', (_, vector, location) => {
    for (const [, crypto] of CRYPTOS) {
      const verdict = clear(check(vector, location, crypto).caveats, accessOf(vector));
      expect(verdict).toMatchObject({ allowed: false, refusals: [{ code: vector.code }] });
    }
  });
});

describe('reject-signature', () => {
  test.each(cases('reject-signature'))('invariant 2: %s', (_, vector, location) => {
    for (const [, crypto] of CRYPTOS) expect(codeOf(() => check(vector, location, crypto))).toBe(vector.code);
  });
});

describe('reject-format', () => {
  const READERS: Readonly<Record<string, (vector: Vector) => unknown>> = {
    token: (vector) => decodeToken(hex(vector.hex)),
    caveats: (vector) => decodeCaveats(hex(vector.hex)),
    text: (vector) => parseToken(vector.text),
    header: (vector) => parseHeader(vector.text),
    json: (vector) => parseCaveatsJson(vector.text),
  };
  test.each(cases('reject-format'))('%s', (_, vector) => {
    const reader = READERS[vector.kind] ?? expect.unreachable();
    expect(codeOf(() => reader(vector))).toBe(vector.code);
  });
});
