/** The groups accept and deny: tokens that verify, with requests that clear and requests that do not. */
import {
  attenuate,
  bindTo,
  caveatsToJson,
  encodeCaveats,
  encodeNonce,
  mintToken,
  tokenUuid,
  type Access,
  type Caveat,
  type UnverifiedToken,
} from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { forge, unfinished } from './broken.ts';
import {
  accessJson,
  answerTo,
  demand,
  fixedCrypto,
  KEY,
  KID,
  LOCATION,
  mint,
  MACHINE_EXEC,
  NOW,
  ORG,
  OTHER_KEY,
  pair,
  tokenFields,
  WINDOW,
  type Vector,
} from './common.ts';
import { EXEC, RULES, type Change } from './rules.ts';

function change(access: Access, with_: Change): Access {
  const entries = Object.entries({ ...access, ...with_ }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as Access;
}

function describeChange(with_: Change): string {
  const parts = Object.entries(with_).map(([key, value]) => {
    const shown =
      value === undefined ? 'absent' : typeof value === 'bigint' ? String(value) : JSON.stringify(value);
    return `${key} ${shown}`;
  });
  return parts.length === 0 ? 'as it is' : parts.join(', ');
}

export function acceptVectors(): Vector[] {
  const vectors: Vector[] = RULES.flatMap(({ name, caveats, allow }) =>
    allow.map((with_) => ({
      name: `${name}: ${describeChange(with_)}`,
      ...tokenFields(mint(name, caveats)),
      access: accessJson(change(EXEC, with_)),
    })),
  );
  const window: Caveat = { ...WINDOW };
  const user: Caveat = { type: 'FlyioUserID', id: 123n };
  const plain = pair('discharged', [window, user]);
  const common = { access: accessJson(EXEC) };
  vectors.push(
    {
      name: 'discharged',
      ...tokenFields(plain.root, { discharges: [plain.answer] }),
      ...common,
      verified: caveatsToJson([ORG, window]),
    },
    {
      name: 'discharged by a trusted third party',
      ...tokenFields(plain.root, { discharges: [plain.answer], trusted: true }),
      ...common,
      verified: caveatsToJson([ORG, window, user]),
    },
    {
      name: 'discharged, and the token attenuated after that',
      ...tokenFields(attenuate(plain.root, [{ type: 'Action', mask: 2 }], nodeCrypto), {
        discharges: [plain.answer],
      }),
      ...common,
    },
  );
  const unbound = pair('bound', []);
  const bound = pair('bound', [bindTo(unbound.root, nodeCrypto)]);
  vectors.push(
    {
      name: 'a discharge bound to the token',
      ...tokenFields(bound.root, { discharges: [bound.answer] }),
      ...common,
    },
    {
      name: 'a discharge bound to a parent of the token',
      ...tokenFields(attenuate(bound.root, [window], nodeCrypto), { discharges: [bound.answer] }),
      ...common,
    },
  );
  vectors.push(...verifyVectors());
  const token = mint('machine-exec token', MACHINE_EXEC);
  vectors.push({
    name: 'uuid of a token family',
    ...tokenFields(attenuate(token, [{ type: 'NoTty' }], fixedCrypto('uuid'))),
    ...common,
    uuid: tokenUuid(token.nonce, nodeCrypto),
  });
  return vectors;
}

/** Tokens and discharges that verify, each in a way of its own. */
function verifyVectors(): Vector[] {
  const start = mint('verified', [ORG]);
  const user: Caveat = { type: 'FlyioUserID', id: 123n };
  const github: Caveat = { type: 'GitHubUserID', id: 9n };
  const read: Caveat = { type: 'Action', mask: 3 };
  const write: Caveat = { type: 'Action', mask: 2 };
  const accept = (
    name: string,
    token: UnverifiedToken,
    discharges: readonly UnverifiedToken[],
    verified: readonly Caveat[],
    trusted = false,
  ): Vector => ({
    name,
    ...tokenFields(token, { discharges, trusted }),
    access: accessJson(EXEC),
    verified: caveatsToJson(verified),
  });
  const one = demand(start);
  const twice = demand(one);
  const second = 'https://second.example.test';
  const two = demand(one, { location: second });
  const eight = Array.from({ length: 8 }, () => second).reduce(
    (token) => demand(token, { location: second }),
    start,
  );
  const old = { ...start.nonce, version: 0 } as const;
  const oldTail = nodeCrypto.hmacSha256(KEY, encodeNonce(old));
  const bindings: readonly (readonly [name: string, digest: Uint8Array])[] = [
    ['17 bytes', nodeCrypto.sha256(one.tail).slice(0, 17)],
    ['a whole digest', nodeCrypto.sha256(one.tail)],
    [
      'the tail of the nonce',
      nodeCrypto.sha256(nodeCrypto.hmacSha256(KEY, encodeNonce(start.nonce))).slice(0, 16),
    ],
    ['the tail before the demand', nodeCrypto.sha256(start.tail).slice(0, 16)],
  ];
  return [
    accept(
      'a nonce of version 0',
      forge(old, [ORG], nodeCrypto.hmacSha256(oldTail, encodeCaveats([ORG]))),
      [],
      [ORG],
    ),
    accept(
      'a proof of its own, with an attestation',
      mintToken(
        { location: LOCATION, kid: KID, key: KEY, caveats: [ORG, user], proof: true },
        fixedCrypto('own proof'),
      ),
      [],
      [ORG, user],
    ),
    accept(
      'two parties, discharges in another order, one for nobody',
      two,
      [answerTo(one, [write]), answerTo(two, [read]), mint('for nobody', [])].toReversed(),
      [ORG, write, read],
    ),
    accept(
      'two demands of one location, each with its own discharge',
      twice,
      [answerTo(twice, [read]), answerTo(one, [write])],
      [ORG, write, read],
    ),
    accept('eight demands', eight, eightAnswers(eight), [ORG]),
    accept(
      'two parties, one of them trusted',
      two,
      [answerTo(one, [user]), answerTo(two, [github])],
      [ORG, user],
      true,
    ),
    accept(
      'a trusted ticket at another location is not trusted',
      one,
      [answerTo(one, [user, read], { location: second })],
      [ORG, read],
      true,
    ),
    accept(
      'the fourth of four discharges for one ticket',
      one,
      [...Array.from({ length: 3 }, () => answerTo(one, [], { key: OTHER_KEY })), answerTo(one, [read])],
      [ORG, read],
    ),
    accept('an old discharge, of version 0', one, [unfinished(one, 0, [read])], [ORG, read]),
    accept('an old discharge, no proof', one, [unfinished(one, 1, [read])], [ORG, read]),
    ...bindings.map(([name, digest]) =>
      accept(
        `a discharge bound by ${name}`,
        one,
        [answerTo(one, [{ type: 'BindToParentToken', digest }])],
        [ORG],
      ),
    ),
  ];
}

const eightAnswers = (token: UnverifiedToken): UnverifiedToken[] =>
  Array.from({ length: 8 }, (_, place) => answerTo(token, [], { place }));

export function denyVectors(): Vector[] {
  const vectors: Vector[] = RULES.flatMap(({ name, caveats, deny }) =>
    deny.map(([with_, code]) => ({
      name: `${name}: ${describeChange(with_)}`,
      ...tokenFields(mint(name, caveats)),
      access: accessJson(change(EXEC, with_)),
      code,
    })),
  );
  const late = pair('late discharge', [
    { type: 'ValidityWindow', notBefore: 0n, notAfter: BigInt(NOW / 1000) - 1n },
  ]);
  vectors.push({
    name: 'a discharge that has expired',
    ...tokenFields(late.root, { discharges: [late.answer] }),
    access: accessJson(EXEC),
    code: 'expired',
  });
  return vectors;
}
