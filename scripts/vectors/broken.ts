/** The group reject-signature: well-formed tokens nobody should believe. */
import {
  addThirdParty,
  attenuate,
  bindTo,
  decodeToken,
  encodeCaveats,
  encodeNonce,
  encodeToken,
  mintToken,
  TokenError,
  type Caveat,
  type Nonce,
  type UnverifiedToken,
} from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import {
  answerTo,
  AUTH,
  COMMANDS,
  demand,
  DISCHARGE_KEY,
  fixedCrypto,
  hex,
  KEY,
  KID,
  LOCATION,
  MACHINE_EXEC,
  mint,
  ORG,
  OTHER_KEY,
  pair,
  SHARED,
  tokenFields,
  unhex,
  WINDOW,
  type Vector,
} from './common.ts';

/** Puts a token together without signing it. */
export function forge(
  nonce: Nonce,
  caveats: readonly Caveat[],
  tail: Uint8Array,
  location: string = LOCATION,
): UnverifiedToken {
  const place = new TextEncoder().encode(location);
  const parts = [
    '94',
    hex(encodeNonce(nonce)),
    (0xa0 | place.length).toString(16),
    hex(place),
    hex(encodeCaveats(caveats)),
    'c420',
    hex(tail),
  ];
  return decodeToken(unhex(parts.join('')));
}

/** A discharge as they were once made: its tail is not finalized. */
export function unfinished(
  parent: UnverifiedToken,
  version: 0 | 1,
  caveats: readonly Caveat[],
  proof = false,
): UnverifiedToken {
  const { nonce } = answerTo(parent, []);
  const old: Nonce = { ...nonce, version, proof };
  let tail = nodeCrypto.hmacSha256(DISCHARGE_KEY, encodeNonce(old));
  for (const caveat of caveats) tail = nodeCrypto.hmacSha256(tail, encodeCaveats([caveat]));
  return forge(old, caveats, tail, AUTH);
}

/** Every byte of a token with one bit flipped: those that still decode. */
export function flips(
  token: UnverifiedToken,
): { at: number; bytes: Uint8Array; decoded: UnverifiedToken | TokenError }[] {
  return Array.from({ length: token.bytes.length }, (_, at) => {
    const bytes = encodeToken(token);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
    try {
      return { at, bytes, decoded: decodeToken(bytes) };
    } catch (error) {
      if (error instanceof TokenError) return { at, bytes, decoded: error };
      throw error;
    }
  });
}

export function signatureVectors(): Vector[] {
  const token = mint('machine-exec token', MACHINE_EXEC);
  const { nonce, tail } = token;
  const [org, apps, window, ifs] = MACHINE_EXEC as readonly [Caveat, Caveat, Caveat, Caveat];
  const reject = (
    name: string,
    broken: UnverifiedToken,
    options: Parameters<typeof tokenFields>[1] = {},
    code = 'invalid-signature',
  ): Vector => ({
    name,
    ...tokenFields(broken, options),
    code,
  });
  const vectors: Vector[] = [
    reject('another key', token, { key: OTHER_KEY }),
    reject('a caveat removed: the last', forge(nonce, [org, apps, window], tail)),
    reject('a caveat removed: the first', forge(nonce, [apps, window, ifs], tail)),
    reject('all caveats removed', forge(nonce, [], tail)),
    reject('two caveats swapped', forge(nonce, [apps, org, window, ifs], tail)),
    reject('a caveat repeated', forge(nonce, [...MACHINE_EXEC, ifs], tail)),
    reject(
      'a caveat added without signing',
      forge(nonce, [...MACHINE_EXEC, { type: 'Action', mask: 31 }], tail),
    ),
    reject(
      'a caveat moved into IfPresent',
      forge(nonce, [org, apps, { type: 'IfPresent', ifs: [COMMANDS, window], else: 1 }], tail),
    ),
    reject(
      'else widened',
      forge(nonce, [org, apps, window, { type: 'IfPresent', ifs: [COMMANDS], else: 31 }], tail),
    ),
    reject(
      'expiry moved',
      forge(
        nonce,
        [org, apps, { type: 'ValidityWindow', notBefore: 1_767_225_600n, notAfter: 1_769_817_601n }, ifs],
        tail,
      ),
    ),
    reject(
      'organization changed',
      forge(nonce, [{ type: 'Organization', id: 4722n, mask: 31 }, apps, window, ifs], tail),
    ),
    reject(
      'exact became prefix',
      forge(
        nonce,
        [
          org,
          apps,
          window,
          {
            type: 'IfPresent',
            ifs: [
              {
                type: 'Commands',
                commands: [
                  { args: ['ls', '-l'], exact: false },
                  { args: ['uptime'], exact: false },
                ],
              },
            ],
            else: 1,
          },
        ],
        tail,
      ),
    ),
    reject('proof flag set', forge({ ...nonce, proof: true }, MACHINE_EXEC, tail)),
    reject('nonce sent as version 0', forge({ ...nonce, version: 0 }, MACHINE_EXEC, tail)),
    reject('another key id', forge({ ...nonce, kid: Uint8Array.of(1) }, MACHINE_EXEC, tail)),
    reject('a tail of zeros', forge(nonce, MACHINE_EXEC, new Uint8Array(32))),
    reject(
      'the tail of the nonce alone',
      forge(nonce, MACHINE_EXEC, nodeCrypto.hmacSha256(KEY, encodeNonce(nonce))),
    ),
    reject(
      'the bare body signed',
      forge(
        nonce,
        [{ type: 'Action', mask: 1 }],
        nodeCrypto.hmacSha256(nodeCrypto.hmacSha256(KEY, encodeNonce(nonce)), Uint8Array.of(1)),
      ),
    ),
    reject(
      'finalized though it is no proof',
      forge(
        nonce,
        MACHINE_EXEC,
        nodeCrypto.hmacSha256(new TextEncoder().encode('proof-signature-finalization'), tail),
      ),
    ),
    reject(
      'finalized with key and message swapped',
      (() => {
        const proof = mintToken(
          { location: LOCATION, kid: KID, key: KEY, caveats: [ORG], proof: true },
          fixedCrypto('proof'),
        );
        return forge(
          proof.nonce,
          [ORG],
          nodeCrypto.hmacSha256(proof.tail, new TextEncoder().encode('proof-signature-finalization')),
        );
      })(),
    ),
    reject(
      'a proof with a caveat added by a holder',
      (() => {
        const proof = mintToken(
          { location: LOCATION, kid: KID, key: KEY, caveats: [ORG], proof: true },
          fixedCrypto('proof'),
        );
        return forge(proof.nonce, [ORG, WINDOW], nodeCrypto.hmacSha256(proof.tail, encodeCaveats([WINDOW])));
      })(),
    ),
    reject(
      'another location',
      forge(nonce, MACHINE_EXEC, tail, 'https://evil.example.test'),
      {},
      'wrong-location',
    ),
    reject(
      'a binding outside a discharge',
      mint('bound root', [ORG, { type: 'BindToParentToken', digest: new Uint8Array(16) }]),
      {},
      'invalid-discharge',
    ),
    reject(
      'an attestation in a token that is no proof',
      (() => {
        const start = mint('attested', [ORG]);
        const user: Caveat = { type: 'FlyioUserID', id: 1n };
        return forge(start.nonce, [ORG, user], nodeCrypto.hmacSha256(start.tail, encodeCaveats([user])));
      })(),
      {},
      'bad-caveat',
    ),
  ];
  for (const { at, decoded } of flips(token)) {
    if (decoded instanceof TokenError) continue;
    vectors.push(
      reject(
        `bit ${at % 8} of byte ${at} flipped`,
        decoded,
        {},
        decoded.location === LOCATION ? 'invalid-signature' : 'wrong-location',
      ),
    );
  }
  return [...vectors, ...dischargeVectors()];
}

type Reject = (
  name: string,
  token: UnverifiedToken,
  discharges: readonly UnverifiedToken[],
  code: string,
) => Vector;

/** Demands and discharges that nobody makes by accident. */
function byHand(reject: Reject): Vector[] {
  const start = mint('demanded', [ORG]);
  const one = demand(start);
  const twice = demand(one);
  const forged = answerTo(one, [], { key: OTHER_KEY });
  const user: Caveat = { type: 'FlyioUserID', id: 1n };
  const bound = (digest: Uint8Array): UnverifiedToken[] => [
    answerTo(one, [{ type: 'BindToParentToken', digest }]),
  ];
  const digest = nodeCrypto.sha256(one.tail);
  const child = attenuate(one, [WINDOW], nodeCrypto);
  const nine = Array.from({ length: 9 }, () => one).reduce((token) => demand(token), start);
  const contradicting = demand(start, { ticket: unhex(`92c420${hex(OTHER_KEY)}90`) });
  const strange = demand(start, { ticket: unhex('c0') });
  const short = demand(start, { sealed: DISCHARGE_KEY.subarray(1) });
  const long = demand(start, { sealed: Buffer.concat([DISCHARGE_KEY, Buffer.of(0)]) });
  const sealedByNobody = attenuate(
    start,
    [{ type: '3P', location: AUTH, verifierKey: new Uint8Array(12), ticket: new Uint8Array(64) }],
    nodeCrypto,
  );
  return [
    reject('two demands of one location, one discharge', twice, [answerTo(one, [])], 'missing-discharge'),
    reject(
      'nine demands',
      nine,
      Array.from({ length: 9 }, (_, place) => answerTo(nine, [], { place })),
      'limit',
    ),
    reject(
      'the fifth of five discharges for one ticket',
      one,
      [forged, forged, forged, forged, answerTo(one, [])],
      'invalid-discharge',
    ),
    reject('an old discharge with an attestation', one, [unfinished(one, 0, [user])], 'invalid-discharge'),
    reject(
      'a discharge, no proof, with an attestation',
      one,
      [unfinished(one, 1, [user])],
      'invalid-discharge',
    ),
    reject('a proof that is not finalized', one, [unfinished(one, 1, [WINDOW], true)], 'invalid-discharge'),
    reject(
      'a trusted ticket that holds another key',
      contradicting,
      [answerTo(contradicting, [])],
      'invalid-discharge',
    ),
    reject('a trusted ticket that holds no key', strange, [answerTo(strange, [])], 'invalid-discharge'),
    reject('a verifier key of 31 bytes', short, [answerTo(short, [])], 'invalid-signature'),
    reject('a verifier key of 33 bytes', long, [answerTo(long, [])], 'invalid-signature'),
    reject(
      'a verifier key that is a nonce alone',
      sealedByNobody,
      [answerTo(sealedByNobody, [])],
      'invalid-signature',
    ),
    reject(
      'a discharge bound to a child',
      one,
      bound(nodeCrypto.sha256(child.tail).slice(0, 16)),
      'invalid-discharge',
    ),
    reject(
      'a discharge bound by a digest that is wrong at its end',
      one,
      bound(Uint8Array.from([...digest.slice(0, 15), (digest[15] ?? 0) ^ 1])),
      'invalid-discharge',
    ),
    reject('a discharge bound by the end of a digest', one, bound(digest.slice(16)), 'invalid-discharge'),
    reject('a discharge bound to the tail itself', one, bound(one.tail.slice(0, 16)), 'invalid-discharge'),
    reject(
      'a ticket that is the beginning of a key id',
      one,
      [
        mintToken(
          {
            location: AUTH,
            kid: Buffer.concat([answerTo(one, []).nonce.kid, Buffer.of(0)]),
            key: DISCHARGE_KEY,
            caveats: [],
            proof: true,
          },
          fixedCrypto('longer'),
        ),
      ],
      'missing-discharge',
    ),
  ];
}

function dischargeVectors(): Vector[] {
  const { root, answer } = pair('discharge', [WINDOW]);
  const other = pair('another', [WINDOW]);
  const [, thirdParty] = root.unsafeCaveats;
  const ticket = answer.nonce.kid;
  const reject: Reject = (name, token, discharges, code) => ({
    name,
    ...tokenFields(token, { discharges, trusted: true }),
    code,
  });
  const nested = addThirdParty(
    forge(answer.nonce, [], new Uint8Array(32)).nonce.proof ? mint('nested', []) : answer,
    { location: 'https://third.example.test', shared: SHARED },
    fixedCrypto('nested'),
  );
  const withDischargeKey = (caveats: readonly Caveat[]): UnverifiedToken => pair('discharge', caveats).answer;
  const sibling = pair('discharge', [], [ORG, WINDOW]);
  const vectors = [
    reject('no discharge', root, [], 'missing-discharge'),
    reject('the discharge of another token', root, [other.answer], 'missing-discharge'),
    reject(
      'a permission token as discharge',
      root,
      [mint('machine-exec token', MACHINE_EXEC)],
      'missing-discharge',
    ),
    reject(
      'a discharge signed with another key',
      root,
      [
        mintToken(
          { location: AUTH, kid: ticket, key: OTHER_KEY, caveats: [WINDOW], proof: true },
          fixedCrypto('forged'),
        ),
      ],
      'invalid-discharge',
    ),
    reject(
      'a discharge with its window removed',
      root,
      [forge(answer.nonce, [], answer.tail, AUTH)],
      'invalid-discharge',
    ),
    reject(
      'a discharge with a third-party caveat',
      root,
      [withDischargeKey(nested.unsafeCaveats)],
      'invalid-discharge',
    ),
    reject(
      'a discharge bound to a sibling',
      root,
      [withDischargeKey([bindTo(sibling.root, nodeCrypto)])],
      'invalid-discharge',
    ),
    reject(
      'a discharge bound with too short a digest',
      root,
      [withDischargeKey([{ type: 'BindToParentToken', digest: nodeCrypto.sha256(root.tail).slice(0, 15) }])],
      'invalid-discharge',
    ),
    reject(
      'a discharge bound with an empty digest',
      root,
      [withDischargeKey([{ type: 'BindToParentToken', digest: new Uint8Array(0) }])],
      'invalid-discharge',
    ),
    reject(
      'a discharge bound with too long a digest',
      root,
      [withDischargeKey([{ type: 'BindToParentToken', digest: new Uint8Array(33) }])],
      'invalid-discharge',
    ),
    reject(
      'a discharge bound to two, one of them another',
      root,
      [withDischargeKey([bindTo(root, nodeCrypto), bindTo(sibling.root, nodeCrypto)])],
      'invalid-discharge',
    ),
    ...byHand(reject),
    reject(
      'the third-party caveat removed',
      forge(root.nonce, [ORG], root.tail),
      [answer],
      'invalid-signature',
    ),
    reject(
      'the third-party caveat of another token',
      forge(root.nonce, [ORG, ...other.root.unsafeCaveats.slice(1)], root.tail),
      [other.answer],
      'invalid-signature',
    ),
  ];
  if (thirdParty?.type === '3P') {
    const moved: Caveat = { ...thirdParty, location: 'https://evil.example.test' };
    vectors.push(
      reject(
        'the third party renamed',
        forge(root.nonce, [ORG, moved], root.tail),
        [answer],
        'invalid-signature',
      ),
    );
    // Signed, but sealed under another tail.
    const start = mint('discharge', [ORG, WINDOW]);
    const tail = nodeCrypto.hmacSha256(start.tail, encodeCaveats([thirdParty]));
    vectors.push(
      reject(
        'a verifier key sealed under another tail',
        forge(start.nonce, [ORG, WINDOW, thirdParty], tail),
        [answer],
        'invalid-signature',
      ),
    );
  }
  for (const { at, decoded } of flips(answer)) {
    if (decoded instanceof TokenError || at % 4 !== 0) continue;
    // The location of a discharge is not signed; a changed one is merely not trusted.
    if (decoded.location !== AUTH) continue;
    const isTicket = hex(decoded.nonce.kid) !== hex(answer.nonce.kid);
    vectors.push(
      reject(
        `discharge: bit ${at % 8} of byte ${at} flipped`,
        root,
        [decoded],
        isTicket ? 'missing-discharge' : 'invalid-discharge',
      ),
    );
  }
  return vectors;
}
