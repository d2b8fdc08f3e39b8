/** Tokens with other contents than were signed, or with caveats that hope for more. */
import {
  ACTION,
  attenuate,
  encodeBase64,
  encodeToken,
  formatHeader,
  mintToken,
  parseHeader,
  type Caveat,
  type UnverifiedToken,
} from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { expect } from 'vitest';
import type { AttackCase, AttackClass } from './attack-case.ts';
import { exactly, startingWith, WITNESS, type Ground } from './ground.ts';

const W = WITNESS;
const HOUR = 3600n;
const EVERY_COMMAND: Caveat = { type: 'Commands', commands: [{ args: [], exact: false }] };

function only(header: string): UnverifiedToken {
  const [token] = parseHeader(header);
  return token ?? expect.unreachable('a minted header holds a token');
}

const text = (token: UnverifiedToken): string => formatHeader([token]).replace(/^FlyV1 /, '');

/** What a holder makes of a token offline, with no key. */
export function attenuated(header: string, caveats: readonly Caveat[]): string {
  return text(attenuate(only(header), caveats, nodeCrypto));
}

/** The same nonce and the same last signature around other contents: what can be written without the key. */
function forged(header: string, edit: (token: UnverifiedToken) => Partial<UnverifiedToken>): string {
  const token = only(header);
  const { nonce, location, unsafeCaveats, tail } = { ...token, ...edit(token) };
  const minted = mintToken(
    { location, kid: nonce.kid, rnd: nonce.rnd, key: new Uint8Array(32), caveats: unsafeCaveats },
    nodeCrypto,
  );
  const written = encodeToken(minted);
  written.set(tail, written.length - tail.length);
  return `fm2_${encodeBase64(written)}`;
}

/** The witness is asked for and does not run. */
export async function expectNothing(
  ground: Ground,
  credential: string,
  status: number,
  code: string,
  command: readonly string[] = [W, 'ok'],
): Promise<void> {
  const answer = await ground.exec(credential, { command });
  expect({ status: answer.status, code: answer.body['code'] }, answer.text).toEqual({ status, code });
  expect(ground.runs()).toEqual([]);
}

/** What a holder may append, hoping for more. */
const WIDENING: readonly (readonly [tried: string, caveats: readonly Caveat[]])[] = [
  [
    'a list with the command that is wanted',
    [{ type: 'Commands', commands: [{ args: [W, 'evil'], exact: true }] }],
  ],
  ['a list of every command', [EVERY_COMMAND]],
  [
    'a list that applies only when something is there',
    [{ type: 'IfPresent', ifs: [EVERY_COMMAND], else: ACTION.all }],
  ],
  ['a wider action', [{ type: 'Action', mask: ACTION.all }]],
  ['another organization beside the own', [{ type: 'Organization', id: 1n, mask: ACTION.all }]],
  ['a window without an end', [{ type: 'ValidityWindow', notBefore: 0n, notAfter: 2n ** 62n }]],
];

const widening: AttackCase<Ground>[] = WIDENING.map(([tried, caveats]) => ({
  tried: `appending ${tried}`,
  must: '403 not_allowed for the command that was not allowed before',
  why: 'invariant 1: attenuation never widens',
  run: async (ground) => {
    const real = caveats.map((caveat) =>
      caveat.type === 'Commands'
        ? {
            ...caveat,
            commands: caveat.commands.map((rule) => ({
              ...rule,
              args: rule.args.map((word) => word.replace(W, ground.witness)),
            })),
          }
        : caveat,
    );
    await expectNothing(ground, attenuated(await ground.token(exactly(W, 'ok')), real), 403, 'not_allowed', [
      W,
      'evil',
    ]);
  },
}));

const FORGED: readonly (readonly [
  tried: string,
  edit: (token: UnverifiedToken) => Partial<UnverifiedToken>,
])[] = [
  ['without its last caveat', (token) => ({ unsafeCaveats: token.unsafeCaveats.slice(0, -1) })],
  ['without its first caveat', (token) => ({ unsafeCaveats: token.unsafeCaveats.slice(1) })],
  ['without any caveat', () => ({ unsafeCaveats: [] })],
  ['with its caveats in another order', (token) => ({ unsafeCaveats: [...token.unsafeCaveats].reverse() })],
  [
    'with its last caveat twice',
    (token) => ({ unsafeCaveats: [...token.unsafeCaveats, ...token.unsafeCaveats.slice(-1)] }),
  ],
  ['with a caveat nobody signed', (token) => ({ unsafeCaveats: [...token.unsafeCaveats, EVERY_COMMAND] })],
  [
    'with a caveat changed',
    (token) => ({ unsafeCaveats: [...token.unsafeCaveats.slice(0, -1), EVERY_COMMAND] }),
  ],
  ['with a signature of zeros', () => ({ tail: new Uint8Array(32) })],
  ['with another nonce', (token) => ({ nonce: { ...token.nonce, rnd: new Uint8Array(16) } })],
];

const forgeries: AttackCase<Ground>[] = FORGED.map(([tried, edit]) => ({
  tried: `a token ${tried}`,
  must: '401 token_invalid',
  why: 'invariant 2: any changed, removed, added or reordered signed byte is refused',
  run: async (ground) =>
    expectNothing(ground, forged(await ground.token(exactly(W, 'ok')), edit), 401, 'token_invalid'),
}));

const SPELLINGS: readonly (readonly [tried: string, spell: (token: string) => string])[] = [
  ['in the base64 of URLs', (token) => `fm2_${Buffer.from(token.slice(4), 'base64').toString('base64url')}-`],
  ['with line breaks of a terminal', (token) => token.replace(/(.{60})/, '$1 ')],
  ['cut as terminals cut when pasting', (token) => token.slice(0, 116)],
  ['twice as long', (token) => token + token.slice(4)],
  [
    'with bytes after its end',
    (token) =>
      `fm2_${Buffer.concat([Buffer.from(token.slice(4), 'base64'), Buffer.of(0)]).toString('base64')}`,
  ],
  ['longer than any', () => `fm2_${'A'.repeat(15_000)}`],
];

const spellings: AttackCase<Ground>[] = SPELLINGS.map(([tried, spell]) => ({
  tried: `a token ${tried}`,
  must: '401 token_malformed',
  why: 'one spelling for each token: two spellings are two entries of a revocation list',
  run: async (ground) => {
    const token = (await ground.token(exactly(W, 'ok'))).replace(/^FlyV1 /, '');
    await expectNothing(ground, spell(token), 401, 'token_malformed');
  },
}));

const others: AttackCase<Ground>[] = [
  {
    tried: 'every byte of a token changed, one at a time',
    must: '401 for each',
    why: 'invariant 2',
    run: async (ground) => {
      const bytes = Buffer.from((await ground.token(exactly(W, 'ok'))).replace(/^FlyV1 fm2_/, ''), 'base64');
      for (let at = 0; at < bytes.length; at += 3) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 0x01;
        const answer = await ground.exec(`fm2_${changed.toString('base64')}`, { command: [W, 'ok'] });
        expect(answer.status, `byte ${at}: ${answer.text}`).toBe(401);
      }
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'a token signed with a key of one’s own',
    must: '401 token_invalid with our key id, 401 token_unknown_key with another',
    why: 'only the authority has the key',
    run: async (ground) => {
      const real = only(await ground.token(exactly(W, 'ok')));
      const own = (kid: Uint8Array): string =>
        text(
          mintToken(
            { location: real.location, kid, key: new Uint8Array(32), caveats: real.unsafeCaveats },
            nodeCrypto,
          ),
        );
      await expectNothing(ground, own(real.nonce.kid), 401, 'token_invalid');
      await expectNothing(ground, own(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)), 401, 'token_unknown_key');
    },
  },
  {
    tried: 'a caveat of a type nobody knows',
    must: '403 not_allowed',
    why: 'invariant 3: unknown caveat types refuse',
    run: async (ground) => {
      const narrowed = attenuated(await ground.token(exactly(W, 'ok')), [
        { type: 'Unknown', number: 281_474_976_775_000n, body: Uint8Array.of(0x90) },
      ]);
      await expectNothing(ground, narrowed, 403, 'not_allowed');
    },
  },
  {
    tried: 'a window that is over, then a longer one',
    must: '401 token_expired with and without the longer one',
    why: 'caveats are all asked',
    run: async (ground) => {
      const now = BigInt(Math.floor(Date.now() / 1000));
      const over: Caveat = { type: 'ValidityWindow', notBefore: 0n, notAfter: now - HOUR };
      const longer: Caveat = { type: 'ValidityWindow', notBefore: 0n, notAfter: now + HOUR };
      const token = await ground.token(exactly(W, 'ok'));
      await expectNothing(ground, attenuated(token, [over]), 401, 'token_expired');
      await expectNothing(ground, attenuated(token, [over, longer]), 401, 'token_expired');
    },
  },
  {
    tried: 'a window that has not begun',
    must: '403 not_allowed',
    why: 'invariant 6: not yet valid runs nothing',
    run: async (ground) => {
      const soon = BigInt(Math.floor(Date.now() / 1000)) + HOUR;
      await expectNothing(
        ground,
        attenuated(await ground.token(exactly(W, 'ok')), [
          { type: 'ValidityWindow', notBefore: soon, notAfter: soon + HOUR },
        ]),
        403,
        'not_allowed',
      );
    },
  },
  {
    tried: 'a list of no commands',
    must: '403 not_allowed for all',
    why: 'none is not any',
    run: async (ground) =>
      expectNothing(
        ground,
        attenuated(await ground.token(startingWith(W)), [{ type: 'Commands', commands: [] }]),
        403,
        'not_allowed',
      ),
  },
];

export const forgedTokens: AttackClass<Ground> = {
  name: 'Tokens: forged, cut, spelled otherwise and added to',
  about: 'the holder of a token, or of a part of one, with all of this source at hand',
  cases: [...widening, ...forgeries, ...spellings, ...others],
};
