/** The vectors Fly.io publishes: every signature that can be recomputed is recomputed. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../src/mac/node.ts';
import { unseal } from '../src/third-party.ts';
import {
  attenuate,
  bundle,
  caveatToJson,
  decodeBase64,
  decodeCaveats,
  encodeCaveats,
  formatHeader,
  openTicket,
  parseCaveatsJson,
  parseHeader,
  stringifyExactJson,
  signedMessages,
} from '../src/index.ts';

interface Published {
  readonly location: string;
  readonly key: string;
  readonly tp_key: string;
  readonly macaroons: Record<string, string>;
  readonly attenuation: Record<string, Record<string, string>>;
  readonly caveats: Record<string, string>;
  readonly with_tps: string;
}

const file = new URL('../../../vectors/published/fly.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Published };
const base64 = (text: string): Uint8Array => decodeBase64(text) ?? expect.unreachable('base64');
const key = base64(vectors.key);

/** Discharges whose keys were not published. */
const KEY_UNKNOWN = new Set(['FlyioUserID', 'GitHubUserID', 'GoogleUserID']);

describe('minted tokens', () => {
  test.each(Object.entries(vectors.macaroons))(
    '%s decodes, encodes back, and its chain is recomputed',
    (name, header) => {
      const [token, ...others] = parseHeader(header);
      if (token === undefined) return expect.unreachable();
      expect(others).toEqual([]);
      expect(formatHeader([token])).toBe(header);
      if (KEY_UNKNOWN.has(name)) return expect(token.nonce.proof).toBe(true);
      const { messages, ends } = signedMessages(token);
      const tails = nodeCrypto.hmacChain(key, messages, ends);
      return expect(tails.slice(-32)).toEqual(Uint8Array.from(token.tail));
    },
  );
});

describe('attenuation', () => {
  const cases = Object.entries(vectors.attenuation).flatMap(([base, results]) =>
    Object.entries(results).map(([caveats, result]) => ({ base, caveats, result })),
  );
  test('there are 19', () => expect(cases).toHaveLength(19));

  test.each(cases)('$caveats', ({ base, caveats, result }) => {
    const added = decodeCaveats(base64(caveats));
    expect(encodeCaveats(added)).toEqual(base64(caveats));
    const tokens = parseHeader(base).map((token) =>
      token.location === vectors.location ? attenuate(token, added, nodeCrypto) : token,
    );
    expect(formatHeader(tokens)).toBe(result);
  });
});

test('every published caveat encodes back byte for byte', () => {
  for (const text of Object.values(vectors.caveats)) {
    const caveats = decodeCaveats(base64(text));
    expect(encodeCaveats(caveats)).toEqual(base64(text));
    for (const caveat of caveats.filter(({ type }) => type !== 'Unknown')) {
      const json = stringifyExactJson([caveatToJson(caveat)]);
      expect(encodeCaveats(parseCaveatsJson(json))).toEqual(encodeCaveats([caveat]));
    }
  }
});

test('37 signatures are recomputed', () => {
  const minted = Object.keys(vectors.macaroons).filter((name) => !KEY_UNKNOWN.has(name));
  const added = Object.values(vectors.attenuation).flatMap((results) => Object.keys(results));
  expect([minted.length, added.length]).toEqual([18, 19]);
});

test('the third-party example: both verifier keys open, the ticket holds the same key, the discharge is made with it', () => {
  const [member] = bundle(parseHeader(vectors.with_tps), vectors.location);
  if (member === undefined) return expect.unreachable();
  const [discharge] = member.discharges;
  if (discharge === undefined) return expect.unreachable();
  const { messages, ends } = signedMessages(member.token);
  const tails = nodeCrypto.hmacChain(key, messages, ends);
  const keys = member.token.unsafeCaveats.flatMap((caveat, index) =>
    caveat.type === '3P'
      ? [
          {
            caveat,
            opened: unseal(tails.subarray(index * 32, index * 32 + 32), caveat.verifierKey, nodeCrypto),
          },
        ]
      : [],
  );
  expect(keys.map(({ opened }) => opened?.length)).toEqual([32, 32]);
  const answered = keys.find(({ caveat }) => Buffer.compare(caveat.ticket, discharge.nonce.kid) === 0);
  const ticket = openTicket(base64(vectors.tp_key), discharge.nonce.kid, nodeCrypto);
  if (typeof ticket === 'string' || answered?.opened === undefined) return expect.unreachable();
  expect(Uint8Array.from(ticket.dischargeKey)).toEqual(Uint8Array.from(answered.opened));
  const signed = signedMessages(discharge);
  const last = nodeCrypto.hmacChain(ticket.dischargeKey, signed.messages, signed.ends).slice(-32);
  expect(discharge.nonce.proof).toBe(true);
  const finalized = nodeCrypto.hmacSha256(new TextEncoder().encode('proof-signature-finalization'), last);
  return expect(Uint8Array.from(finalized)).toEqual(Uint8Array.from(discharge.tail));
});
