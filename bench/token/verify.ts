/**
 * What one verification of a token costs, beside its peers in the same run, and how the cost grows.
 *
 *     node bench/token/verify.ts [rounds]
 *
 * A JWT is one HMAC and a JSON parse and cannot be attenuated; js-macaroon is the like peer, with caveats it accepts
 * without looking.
 */
import { createHmac, createSecretKey } from 'node:crypto';
import { createSigner, createVerifier } from 'fast-jwt';
import { jwtVerify } from 'jose';
import jwt from 'jsonwebtoken';
import macaroon from 'macaroon';
import {
  clear,
  decodeToken,
  encodeToken,
  formatToken,
  mintToken,
  parseToken,
  signedMessages,
  verify,
  type Access,
  type Caveat,
  type TokenCrypto,
  type UnverifiedToken,
  type VerifiedToken,
} from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { withWasm } from '@postern/token/mac/wasm';
import { measure, type Case, type Cost } from './measure.ts';

const ROUNDS = Number(process.argv[2] ?? 9);
const KEY = new Uint8Array(32).fill(7);
const wasmCrypto = withWasm(nodeCrypto);

/** What is written first: a native object for every link. */
const createHmacCrypto: TokenCrypto = {
  ...nodeCrypto,
  hmacChain(key, messages, ends) {
    const results = new Uint8Array(ends.length * 32);
    let current = key;
    let start = 0;
    for (const [index, end] of ends.entries()) {
      current = createHmac('sha256', current).update(messages.subarray(start, end)).digest();
      results.set(current, index * 32);
      start = end;
    }
    return results;
  },
};
const NOW = 1_768_004_800_000;

const CAVEATS: readonly Caveat[] = [
  { type: 'Organization', id: 4721n, mask: 31 },
  { type: 'Apps', apps: [{ id: 8910n, mask: 31 }] },
  { type: 'ValidityWindow', notBefore: 1_767_225_600n, notAfter: 1_769_817_600n },
  { type: 'IfPresent', ifs: [{ type: 'Machines', set: [{ id: '7811701f564258', mask: 31 }] }], else: 1 },
  {
    type: 'IfPresent',
    ifs: [
      {
        type: 'Commands',
        commands: [
          { args: ['bin/rails', 'db:migrate'], exact: true },
          { args: ['git', 'log'], exact: false },
        ],
      },
    ],
    else: 1,
  },
  { type: 'Action', mask: 3 },
];
const ACCESS: Access = {
  kind: 'access',
  action: 2,
  now: NOW,
  orgId: 4721n,
  appId: 8910n,
  machine: '7811701f564258',
  command: ['bin/rails', 'db:migrate'],
};

const token = mintToken(
  { location: 'https://api.fly.io/v1', kid: new Uint8Array(9), key: KEY, caveats: CAVEATS },
  nodeCrypto,
);
const text = formatToken(token);
const bytes = encodeToken(token);
const { messages, ends } = signedMessages(token);

function full(crypto: TokenCrypto): boolean {
  const { caveats } = verify(parseToken(text), KEY, {}, crypto);
  return clear(caveats, ACCESS).allowed;
}
if (!full(nodeCrypto) || !full(wasmCrypto)) throw new Error('the token of the benchmark is refused');

const cache = new Map<string, VerifiedToken>([[text, verify(token, KEY, {}, nodeCrypto)]]);
/** A string as it comes from HTTP: not the one that is the key. */
const fresh = Buffer.from(text, 'latin1');

const claims = { org: 4721, app: 8910, exp: 4_102_444_800, command: ['bin/rails', 'db:migrate'] };
const signed = createSigner({ key: Buffer.from(KEY) })(claims);
const fastVerify = createVerifier({ key: Buffer.from(KEY), algorithms: ['HS256'] });
const keyObject = createSecretKey(KEY);
const cryptoKey = await globalThis.crypto.subtle.importKey(
  'raw',
  KEY,
  { name: 'HMAC', hash: 'SHA-256' },
  false,
  ['verify'],
);

const peer = macaroon.newMacaroon({
  identifier: 'key-1',
  location: 'https://api.fly.io/v1',
  rootKey: KEY,
  version: 2,
});
for (let i = 0; i < CAVEATS.length; i += 1) peer.addFirstPartyCaveat(`caveat ${i} = ${'x'.repeat(20)}`);
const peerJson = peer.exportJSON();

const cases: Case[] = [
  {
    name: 'chain of createHmac alone',
    run: () => createHmacCrypto.hmacChain(KEY, messages, ends),
  },
  { name: 'chain in mac/node alone', run: () => nodeCrypto.hmacChain(KEY, messages, ends) },
  {
    name: 'chain in mac/wasm alone',
    run: () => wasmCrypto.hmacChain(KEY, messages, ends),
  },
  { name: 'decode (bytes)', run: () => decodeToken(bytes) },
  { name: 'parse (text) and decode', run: () => parseToken(text) },
  { name: 'clear', run: () => clear(CAVEATS, ACCESS) },
  { name: 'parse, verify, clear: createHmac', run: () => full(createHmacCrypto) },
  { name: 'parse, verify, clear: mac/node', run: () => full(nodeCrypto) },
  { name: 'parse, verify, clear: mac/wasm', run: () => full(wasmCrypto) },
  {
    name: 'hit in a map by text, clear',
    run: () => clear(cache.get(fresh.toString('latin1'))?.caveats ?? [], ACCESS),
  },
  { name: 'fast-jwt HS256', run: (): unknown => fastVerify(signed) },
  {
    name: 'jsonwebtoken HS256, KeyObject',
    run: () => jwt.verify(signed, keyObject, { algorithms: ['HS256'] }),
  },
  { name: 'jose HS256, CryptoKey', run: () => jwtVerify(signed, cryptoKey) },
  {
    name: 'js-macaroon, import and verify',
    run: () => macaroon.importMacaroon(peerJson).verify(KEY, () => null, []),
  },
];

/** Tokens of more and more caveats, and of longer and longer ones. */
const growth: readonly (readonly Caveat[])[] = [
  ...[1, 2, 4, 8, 16, 32, 64].map((count) =>
    Array.from({ length: count }, (_, i): Caveat =>
      i === 0
        ? { type: 'Organization', id: 1n, mask: 31 }
        : { type: 'FlySrc', organization: '', app: '', instance: `m${i}` },
    ),
  ),
  ...[256, 1024, 4096, 8000].map((length): Caveat[] => [
    { type: 'Organization', id: 1n, mask: 31 },
    { type: 'FromMachineSource', id: 'x'.repeat(length) },
  ]),
];
const grow = (caveats: readonly Caveat[]): UnverifiedToken =>
  mintToken({ location: 'l', kid: KEY, key: KEY, caveats }, nodeCrypto);
const access: Access = { kind: 'access', action: 1, now: NOW, orgId: 1n };
const grown = growth.map((caveats, at): Case => {
  // Made in the process that measures it: the other cases shall not have seen it.
  let grownText = '';
  return {
    name: `growth ${at}`,
    run() {
      grownText ||= formatToken(grow(caveats));
      return clear(verify(parseToken(grownText), KEY, {}, wasmCrypto).caveats, access);
    },
  };
});

const result = await measure([...cases, ...grown], ROUNDS);
const costOf = ({ name }: { readonly name: string }): Cost =>
  result.get(name) ?? { clock: NaN, processor: NaN };
const ours = costOf({ name: 'parse, verify, clear: mac/wasm' }).clock;
console.log(
  `Node ${process.version}, ${ROUNDS} interleaved rounds; ${bytes.length} bytes, ${ends.length} links\n`,
);
console.log('| what | µs | of ours, mac/wasm | µs of processor |\n| --- | --- | --- | --- |');
for (const each of cases) {
  const { clock, processor } = costOf(each);
  console.log(
    `| ${each.name} | ${clock.toFixed(2)} | ${(clock / ours).toFixed(2)} | ${processor.toFixed(2)} |`,
  );
}
console.log('\n| caveats | bytes | parse, verify, clear µs | µs per caveat |\n| --- | --- | --- | --- |');
for (const [at, each] of grown.entries()) {
  const us = costOf(each).clock;
  const caveats = growth[at] ?? [];
  console.log(
    `| ${caveats.length} | ${grow(caveats).bytes.length} | ${us.toFixed(1)} | ${(us / caveats.length).toFixed(2)} |`,
  );
}
