/** What is small enough to be tried out whole: every bit, every row of IfPresent; and that the format page is complete. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  addThirdParty,
  bindTo,
  caveatsFromJson,
  CAVEAT_NUMBERS,
  clear,
  decodeCaveats,
  decodeToken,
  discharge,
  encodeCaveats,
  encodeToken,
  formatToken,
  LIMITS,
  mintToken,
  openTicket,
  parseCaveatsJson,
  parseToken,
  signedMessages,
  tickets,
  TokenError,
  verify,
  type Access,
  type Caveat,
  type UnverifiedToken,
} from '../src/index.ts';
import { nodeCrypto } from '../src/mac/node.ts';
import { withWasm } from '../src/mac/wasm.ts';
import { hex } from './hex.ts';

const crypto = withWasm(nodeCrypto);
const KEY = new Uint8Array(32).fill(3);
const SHARED = new Uint8Array(32).fill(4);
const LOCATION = 'https://api.test';
const AUTH = 'https://auth.test';
const ORG: Caveat = { type: 'Organization', id: 1n, mask: 31 };
const USER: Caveat = { type: 'FlyioUserID', id: 7n };

/** Every token that differs from one in a single bit, where that is still a token. */
function* flips(token: UnverifiedToken): Generator<UnverifiedToken> {
  const bytes = encodeToken(token);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Uint8Array.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      yield decodeToken(changed);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
    }
  }
}

describe('every single bit', () => {
  const root = addThirdParty(
    mintToken(
      { location: LOCATION, kid: Uint8Array.of(1), key: KEY, caveats: [ORG, { type: 'NoTty' }] },
      crypto,
    ),
    { location: AUTH, shared: SHARED },
    crypto,
  );
  const [{ ticket } = { ticket: KEY }] = tickets(root);
  const opened = openTicket(SHARED, ticket, crypto);
  if (typeof opened === 'string') throw new Error(opened);
  const answer = discharge({ location: AUTH, ticket, opened, caveats: [USER, bindTo(root, crypto)] }, crypto);
  const trusted = new Map([[AUTH, [SHARED]]]);

  test('invariant 2: of a permission token', () => {
    let decoded = 0;
    for (const changed of flips(root)) {
      decoded += 1;
      // The location is not signed: it is compared before.
      if (changed.location !== LOCATION) continue;
      expect(() => verify(changed, KEY, { discharges: [answer], trusted }, crypto)).toThrowError(TokenError);
    }
    expect(decoded).toBeGreaterThan(1000);
  });

  test('invariant 2: of a discharge; with another location it is not believed', () => {
    for (const changed of flips(answer)) {
      const act = (): readonly Caveat[] =>
        verify(root, KEY, { discharges: [changed], trusted }, crypto).caveats;
      if (changed.location === AUTH) expect(act).toThrowError(TokenError);
      else expect(act()).not.toContainEqual(USER);
    }
  });

  test('of the text: no other text is the same token', () => {
    const text = formatToken(root);
    for (let at = 0; at < text.length; at += 1) {
      for (const letter of ['A', 'b', '9', '+', '=', '-', '_', ' ', '\n']) {
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        if (changed === text) continue;
        try {
          expect(formatToken(parseToken(changed))).not.toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TokenError);
        }
      }
    }
  });
});

describe('a declared length is compared with what remains before anything is read', () => {
  test.each([
    ['an array', '9206 91 9f', 4],
    ['a longer array', '9206 91 dc1000', 6],
    ['the longest array', '9206 91 ddffffffff', 8],
    ['a map', '9203 91 88 0101', 4],
    ['a longer map', '9203 91 de0100 0101', 6],
    ['the longest map', '9203 91 dfffffffff 0101', 8],
    ['a string', '920f 91 a561', 4],
    ['the longest string', '920f 91 dbffffffff61', 8],
    ['bytes', '920c c40561', 4],
    ['the most bytes', '920c c6ffffffff61', 7],
    ['an unknown array', '9220 9f01', 3],
    ['an unknown map', '9220 88 0101', 3],
    ['the longest unknown map', '9220 dfffffffff 0101', 7],
    ['unknown text', '9220 a561', 3],
    ['an unknown extension', '9220 c9ffffffff61', 7],
  ])('%s', (_, bytes, offset) => {
    expect(() => decodeCaveats(hex(bytes))).toThrowError(
      expect.objectContaining({ code: 'malformed', offset }),
    );
  });
});

describe('what is no time and no mask', () => {
  const access: Access = { kind: 'access', action: 2, now: 0, orgId: 1n };

  test('invariant 6: a time that is no number is outside of every window', () => {
    const window: Caveat = { type: 'ValidityWindow', notBefore: -(2n ** 63n), notAfter: 2n ** 63n - 1n };
    expect(clear([ORG, window], access).allowed).toBe(true);
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(clear([ORG, window], { ...access, now }).allowed).toBe(false);
    }
    const late: Caveat = { type: 'MaxValidity', seconds: 600n };
    expect(clear([late], { kind: 'discharge', now: Number.NaN, expiry: 0n }).allowed).toBe(false);
  });

  test('an action of more than 16 bits, or none, is not allowed', () => {
    const all: Caveat = { type: 'Organization', id: 1n, mask: 0xffff };
    expect(clear([all], { ...access, action: 0xffff }).allowed).toBe(true);
    for (const action of [0x1_0000, 0x1_0002, 2 ** 32, -1, -(2 ** 32), Number.NaN]) {
      expect(clear([all], { ...access, action }).allowed).toBe(false);
    }
  });
});

describe('IfPresent, the whole table', () => {
  const access: Access = {
    kind: 'access',
    action: 2,
    now: 0,
    orgId: 1n,
    appId: 1n,
    machine: 'm',
    command: ['ls'],
  };
  /** Relevant or not, allowing or not; the third kind is never reached. */
  const kinds: Readonly<Record<string, Caveat>> = {
    'relevant, allows': { type: 'Commands', commands: [{ args: ['ls'], exact: true }] },
    'relevant, refuses': { type: 'Machines', set: [{ id: 'other', mask: 31 }] },
    'not relevant': { type: 'Volumes', set: [{ id: 'v', mask: 31 }] },
    'always relevant, allows': { type: 'Action', mask: 2 },
    'always relevant, refuses': { type: 'FromMachineSource', id: 'm' },
  };
  const names = Object.keys(kinds);
  const lists: readonly string[][] = [
    [],
    ...names.map((one) => [one]),
    ...names.flatMap((one) => names.map((two) => [one, two])),
  ];

  test.each(
    lists.flatMap((list) =>
      [0, 1, 2, 31].map((otherwise) => [list.join(' + ') || 'none', list, otherwise] as const),
    ),
  )('%s, else %3$s', (_, list, otherwise) => {
    const ifs = list.flatMap((name) => kinds[name] ?? []);
    const relevant = list.filter((name) => !name.startsWith('not'));
    const expected =
      relevant.length > 0 ? relevant.every((name) => name.endsWith('allows')) : (otherwise & 2) !== 0;
    expect(clear([ORG, { type: 'IfPresent', ifs, else: otherwise }], access).allowed).toBe(expected);
  });
});

describe('docs/token-format.md', () => {
  const page = readFileSync(new URL('../../../docs/token-format.md', import.meta.url), 'utf8');

  test('names every type, and every own one with its number', () => {
    for (const name of Object.keys(CAVEAT_NUMBERS)) expect(page).toContain(`\`${name}\``);
    const first = CAVEAT_NUMBERS.SourceAddress;
    expect(page).toContain(`2^48 + 0x${(first - 2 ** 48).toString(16)}`);
    for (const [name, number] of Object.entries(CAVEAT_NUMBERS)) {
      if (number >= first)
        expect(page).toContain(`| ${(number - first).toString(16).padStart(2, '0')} | \`${name}\` |`);
    }
  });

  test('its JSON bodies are read', () => {
    const rows = [...page.matchAll(/^\| [0-9a-f]{1,2} \| `(\w+)`[^|]*\|[^|]*\| `([{[].*?)`/gm)];
    expect(rows.length).toBeGreaterThan(20);
    for (const [, type, body] of rows) {
      expect(
        encodeCaveats(parseCaveatsJson(`[{"type":"${type ?? ''}","body":${body ?? ''}}]`)).length,
      ).toBeGreaterThan(2);
    }
    const template = /^In JSON: `(.*)`\.$/m.exec(page)?.[1] ?? '';
    expect(
      caveatsFromJson([{ type: 'CommandTemplates', body: [JSON.parse(template) as unknown] }]),
    ).toHaveLength(1);
  });

  test('its byte examples are those of the encoder, one for every type', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| `(.*)` \| `([0-9a-f]+)` \|$/gm)];
    expect(new Set(rows.map(([, type]) => type))).toEqual(new Set(Object.keys(CAVEAT_NUMBERS)));
    for (const [, type, body, bytes] of rows) {
      const caveats = parseCaveatsJson(`[{"type":"${type ?? ''}","body":${body ?? ''}}]`);
      expect(Buffer.from(encodeCaveats(caveats)).toString('hex')).toBe(bytes);
      expect(decodeCaveats(hex(bytes ?? ''))).toEqual(caveats);
    }
  });

  test('its whole token has the tails it says', () => {
    const token = parseToken(/^fm2_\S+$/m.exec(page)?.[0] ?? '');
    const { messages, ends } = signedMessages(token);
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const tails = Buffer.from(nodeCrypto.hmacChain(key, messages, ends)).toString('hex');
    const written = [...page.matchAll(/^T\d {4}([0-9a-f]{64})$/gm)].map(([, tail]) => tail);
    expect(written).toHaveLength(5);
    expect(written.join('')).toBe(tails);
    expect(verify(token, key, {}, nodeCrypto).caveats).toEqual(token.unsafeCaveats);
  });

  test('tells of every file of vectors, and of every answer', () => {
    const folder = new URL('../../../vectors/', import.meta.url);
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(5);
    for (const { name } of files) expect(page).toContain(`\`${name}\``);
    const answers = readFileSync(new URL('../src/refusal.ts', import.meta.url), 'utf8').matchAll(
      /^  \| '(.+)'/gm,
    );
    for (const [, code] of answers) expect(page).toContain(`\`${code ?? ''}\``);
  });

  test('has every limit', () => {
    const numbers = page.slice(page.indexOf('## Limits')).replaceAll(/(\d) (?=\d{3})/g, '$1');
    for (const limit of Object.values(LIMITS).filter((value) => value !== 16 && value !== 32)) {
      expect(numbers).toMatch(new RegExp(`\\b${limit}\\b`));
    }
  });
});
