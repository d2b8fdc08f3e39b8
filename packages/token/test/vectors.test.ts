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
  encodeCaveats,
  encodeNonce,
  encodeToken,
  formatToken,
  openTicket,
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
  type DischargeRequest,
  type Json,
  type TokenCrypto,
  type VerifiedToken,
} from '../src/index.ts';
import { browserCrypto } from '../src/mac/browser.ts';
import { nodeCrypto } from '../src/mac/node.ts';
import { withWasm } from '../src/mac/wasm.ts';
import { hex, toHex } from './hex.ts';

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
  // accept-format
  readonly json: readonly CaveatJson[];
  readonly tokens: readonly string[];
  readonly version: number;
  readonly kid_hex: string;
  readonly rnd_hex: string;
  readonly proof: boolean;
  readonly token_location: string;
  readonly tail_hex: string;
  // ticket
  readonly shared_hex: string;
  readonly ticket_hex: string;
  readonly opens: 'ticket' | 'sealed' | 'malformed';
  readonly discharge_key_hex: string;
  readonly request: Readonly<Record<string, unknown>>;
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
  expect(formatToken(token)).toBe(vector.token);
  const discharges = (vector.discharges ?? []).map(parseToken);
  const trusted = new Map(Object.entries(vector.trusted ?? {}).map(([place, key]) => [place, [hex(key)]]));
  const [member] = bundle([token, ...discharges], location);
  expect(member?.token).toBe(token.location === location ? token : undefined);
  const options = { location, discharges: member?.discharges ?? [], trusted };
  return verify(token, hex(vector.key_hex), options, crypto);
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

describe('accept-format', () => {
  const text = (value: unknown): string => stringifyExactJson(value as Json);
  const READERS: Readonly<Record<string, (vector: Vector) => void>> = {
    caveats(vector) {
      const caveats = decodeCaveats(hex(vector.hex));
      expect(text(caveatsToJson(caveats))).toBe(text(vector.json));
      expect(toHex(encodeCaveats(caveats))).toBe(vector.hex);
      expect(toHex(encodeCaveats(parseCaveatsJson(text(vector.json))))).toBe(vector.hex);
    },
    unknown(vector) {
      const caveats = decodeCaveats(hex(vector.hex));
      expect(caveats.map(({ type }) => type)).toEqual(['Unknown']);
      expect(text(caveatsToJson(caveats))).toBe(text(vector.json));
      expect(toHex(encodeCaveats(caveats))).toBe(vector.hex);
      expect(codeOf(() => parseCaveatsJson(text(vector.json)))).toBe('bad-json');
    },
    json(vector) {
      expect(toHex(encodeCaveats(parseCaveatsJson(vector.text)))).toBe(vector.hex);
    },
    token(vector) {
      const token = decodeToken(hex(vector.hex));
      const { nonce, location, unsafeCaveats, tail } = token;
      expect([nonce.version, toHex(nonce.kid), toHex(nonce.rnd), nonce.proof]).toEqual([
        vector.version,
        vector.kid_hex,
        vector.rnd_hex,
        vector.proof,
      ]);
      expect([location, toHex(tail), toHex(encodeToken(token))]).toEqual([
        vector.token_location,
        vector.tail_hex,
        vector.hex,
      ]);
      expect(text(caveatsToJson(unsafeCaveats))).toBe(text(vector.claims));
      expect(toHex(encodeNonce(nonce))).toBe(vector.hex.slice(2, 2 + encodeNonce(nonce).length * 2));
    },
    header(vector) {
      expect(parseHeader(vector.text).map(formatToken)).toEqual(vector.tokens);
    },
  };
  test.each(cases('accept-format'))('%s', (_, vector) => {
    const reader = READERS[vector.kind] ?? expect.unreachable();
    reader(vector);
  });
});

describe('ticket', () => {
  const IDS = new Set(['expiry', 'userId', 'organizationIds', 'gitHubOrganizationIds']);
  const exact = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(exact) : BigInt(Number(value));
  const requestOf = ({ request }: Vector): DischargeRequest =>
    Object.fromEntries(
      Object.entries(request).map(([key, value]) => [key, IDS.has(key) ? exact(value) : value]),
    ) as unknown as DischargeRequest;

  test.each(cases('ticket'))('%s', (_, vector) => {
    for (const crypto of [nodeCrypto, browserCrypto()]) {
      const opened = openTicket(hex(vector.shared_hex), hex(vector.ticket_hex), crypto);
      if (typeof opened === 'string') {
        expect(opened).toBe(vector.opens);
        continue;
      }
      expect(vector.opens).toBe('ticket');
      expect(toHex(opened.dischargeKey)).toBe(vector.discharge_key_hex);
      expect(stringifyExactJson(caveatsToJson(opened.caveats))).toBe(stringifyExactJson(vector.claims));
      const verdict = clear(opened.caveats, requestOf(vector));
      if ((vector.code as string | undefined) === undefined) expect(verdict).toEqual({ allowed: true });
      else expect(verdict).toMatchObject({ allowed: false, refusals: [{ code: vector.code }] });
    }
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
