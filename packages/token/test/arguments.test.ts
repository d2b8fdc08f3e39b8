/** What minting, attenuating, discharging and verifying refuse to be asked. */
import { describe, expect, test } from 'vitest';
import {
  addThirdParty,
  attenuate,
  bindTo,
  bundle,
  decodeBase64,
  decodeToken,
  discharge,
  encodeBase64,
  encodeCaveats,
  encodeNonce,
  encodeToken,
  formatHeader,
  LIMITS,
  mintToken,
  openTicket,
  parseExactJson,
  parseHeader,
  stringifyExactJson,
  stripSchemes,
  tickets,
  TokenError,
  verify,
  type Caveat,
  type MintOptions,
  type TokenCrypto,
  type UnverifiedToken,
  signedMessages,
} from '../src/index.ts';
import { byteAt, equalBytes, wordAt } from '../src/lib/bytes.ts';
import { nodeCrypto } from '../src/mac/node.ts';

const KEY = new Uint8Array(32).fill(7);
const SHARED = new Uint8Array(32).fill(8);
const ORG: Caveat = { type: 'Organization', id: 1n, mask: 31 };
const USER: Caveat = { type: 'FlyioUserID', id: 1n };
const mint = (options: Partial<MintOptions> = {}): UnverifiedToken =>
  mintToken(
    { location: 'https://l.test', kid: Uint8Array.of(1), key: KEY, caveats: [ORG], ...options },
    nodeCrypto,
  );
const AUTH = { location: 'https://auth.test', shared: SHARED } as const;

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
  return 'fine';
};
const actions = (count: number): Caveat[] =>
  Array.from({ length: count }, (_, i) => ({ type: 'Action', mask: i }));

describe('mint', () => {
  test.each<[string, Partial<MintOptions>, string]>([
    ['no key id', { kid: new Uint8Array(0) }, 'bad-argument'],
    ['a key id of 256 bytes', { kid: new Uint8Array(256) }, 'bad-argument'],
    ['a key id of 255 bytes', { kid: new Uint8Array(255) }, 'fine'],
    ['a ticket as the key id of a proof', { kid: new Uint8Array(4096), proof: true }, 'fine'],
    ['a longer ticket', { kid: new Uint8Array(4097), proof: true }, 'bad-argument'],
    ['15 random bytes', { rnd: new Uint8Array(15) }, 'bad-argument'],
    ['a key of 31 bytes', { key: new Uint8Array(31) }, 'bad-argument'],
    ['no location', { location: '' }, 'bad-argument'],
    ['a location too long', { location: 'x'.repeat(1025) }, 'limit'],
    ['65 caveats', { caveats: actions(65) }, 'limit'],
    ['64 caveats in IfPresent', { caveats: [{ type: 'IfPresent', ifs: actions(64), else: 0 }] }, 'limit'],
    ['an attestation', { caveats: [USER] }, 'bad-caveat'],
    ['an attestation in a proof', { caveats: [USER], proof: true }, 'fine'],
    ['more than 8 KiB', { caveats: [{ type: 'FromMachineSource', id: 'x'.repeat(8192) }] }, 'limit'],
    [
      'a caveat nobody can read',
      { caveats: [{ type: 'Unknown', number: 1000n, body: Uint8Array.of(0xc1) }] },
      'malformed',
    ],
  ])('%s', (_, options, code) => {
    expect(codeOf(() => mint(options))).toBe(code);
  });

  test('random bytes make each token one of its kind, and later changes of the arguments change nothing', () => {
    expect(mint().nonce.rnd).not.toEqual(mint().nonce.rnd);
    const caveats = [ORG];
    const token = mint({ caveats });
    caveats.pop();
    expect(token.unsafeCaveats).toEqual([ORG]);
    const copy = encodeToken(token);
    copy.fill(0);
    expect(verify(token, KEY, {}, nodeCrypto).caveats).toEqual([ORG]);
  });
});

describe('attenuate', () => {
  test('a proof, and one that was decoded, cannot be extended', () => {
    const proof = mint({ proof: true });
    expect(codeOf(() => attenuate(proof, [ORG], nodeCrypto))).toBe('proof');
    expect(codeOf(() => attenuate(decodeToken(encodeToken(proof)), [], nodeCrypto))).toBe('proof');
    expect(codeOf(() => addThirdParty(proof, AUTH, nodeCrypto))).toBe('proof');
  });

  test('attestations and too many caveats', () => {
    expect(codeOf(() => attenuate(mint(), [USER], nodeCrypto))).toBe('bad-caveat');
    expect(codeOf(() => attenuate(mint(), actions(64), nodeCrypto))).toBe('limit');
    expect(codeOf(() => attenuate(mint(), actions(63), nodeCrypto))).toBe('fine');
  });

  test('a caveat that is there already is not added again', () => {
    const token = attenuate(mint(), [ORG, { type: 'NoTty' }, { type: 'NoTty' }], nodeCrypto);
    expect(token.unsafeCaveats).toHaveLength(2);
    expect(encodeToken(attenuate(token, [{ type: 'NoTty' }], nodeCrypto))).toEqual(encodeToken(token));
  });
});

describe('third parties', () => {
  test('keys of another size, and a second demand of one party', () => {
    expect(codeOf(() => addThirdParty(mint(), { ...AUTH, shared: new Uint8Array(31) }, nodeCrypto))).toBe(
      'bad-argument',
    );
    expect(codeOf(() => openTicket(new Uint8Array(33), new Uint8Array(64), nodeCrypto))).toBe('bad-argument');
    const token = addThirdParty(mint(), AUTH, nodeCrypto);
    expect(codeOf(() => addThirdParty(token, AUTH, nodeCrypto))).toBe('bad-caveat');
    const [, thirdParty = ORG] = token.unsafeCaveats;
    const nested = mint({ caveats: [ORG, { type: 'IfPresent', ifs: [thirdParty], else: 0 }] });
    expect(codeOf(() => addThirdParty(nested, AUTH, nodeCrypto))).toBe('bad-caveat');
    expect(tickets(nested)).toEqual([]);
    expect(codeOf(() => addThirdParty(token, { ...AUTH, location: 'https://other.test' }, nodeCrypto))).toBe(
      'fine',
    );
  });

  test('tickets: too short, of another key, holding something else', () => {
    const [{ ticket } = { ticket: KEY }] = tickets(
      addThirdParty(mint(), { ...AUTH, caveats: [ORG] }, nodeCrypto),
    );
    expect(openTicket(SHARED, ticket, nodeCrypto)).toMatchObject({ caveats: [ORG] });
    expect(openTicket(KEY, ticket, nodeCrypto)).toBe('sealed');
    expect(openTicket(SHARED, ticket.slice(0, 20), nodeCrypto)).toBe('sealed');
    const unasked: TokenCrypto = { ...nodeCrypto, open: () => expect.unreachable('too short to be opened') };
    for (const length of [0, 12]) expect(openTicket(SHARED, ticket.slice(0, length), unasked)).toBe('sealed');
    expect(() => openTicket(SHARED, ticket.slice(0, 13), unasked)).toThrowError('too short to be opened');
    const sealed = (plaintext: Uint8Array): Uint8Array =>
      Buffer.concat([new Uint8Array(12), nodeCrypto.seal(SHARED, new Uint8Array(12), plaintext)]);
    expect(openTicket(SHARED, sealed(Uint8Array.of(0xc0)), nodeCrypto)).toBe('malformed');
    expect(openTicket(SHARED, sealed(Buffer.from(`92c41f${'00'.repeat(31)}90`, 'hex')), nodeCrypto)).toBe(
      'malformed',
    );
    const broken: TokenCrypto = {
      ...nodeCrypto,
      open: () => Uint8Array.from([0x92, 0xc4, 0x20]),
    };
    expect(openTicket(SHARED, ticket, broken)).toBe('malformed');
  });

  test('a fault of the crypto is not mistaken for a bad ticket or discharge', () => {
    const root = addThirdParty(mint(), AUTH, nodeCrypto);
    const [{ ticket } = { ticket: KEY }] = tickets(root);
    const opened = openTicket(SHARED, ticket, nodeCrypto);
    if (typeof opened === 'string') return expect.unreachable();
    const fault = new Error('out of memory');
    const weird = new Proxy(new Uint8Array(64), {
      get: () => {
        throw fault;
      },
    });
    expect(() => openTicket(SHARED, ticket, { ...nodeCrypto, open: () => weird })).toThrowError(fault);
    const answer = discharge({ location: AUTH.location, ticket, opened, caveats: [] }, nodeCrypto);
    let chains = 0;
    const failing: TokenCrypto = {
      ...nodeCrypto,
      hmacChain(...parts) {
        chains += 1;
        if (chains === 2) throw fault;
        return nodeCrypto.hmacChain(...parts);
      },
    };
    return expect(() => verify(root, KEY, { discharges: [answer] }, failing)).toThrowError(fault);
  });

  test('nine demands are too many to verify, five discharges to try', () => {
    let token = mint();
    for (let i = 0; i < 9; i += 1)
      token = addThirdParty(token, { location: `https://${i}.test`, shared: SHARED }, nodeCrypto);
    expect(codeOf(() => verify(token, KEY, {}, nodeCrypto))).toBe('limit');
    const root = addThirdParty(mint(), AUTH, nodeCrypto);
    const [{ ticket } = { ticket: KEY }] = tickets(root);
    const opened = openTicket(SHARED, ticket, nodeCrypto);
    if (typeof opened === 'string') return expect.unreachable();
    const good = discharge({ location: AUTH.location, ticket, opened, caveats: [] }, nodeCrypto);
    const bad = mint({ kid: ticket, proof: true });
    expect(codeOf(() => verify(root, KEY, { discharges: [bad, bad, bad, good] }, nodeCrypto))).toBe('fine');
    return expect(
      codeOf(() => verify(root, KEY, { discharges: [bad, bad, bad, bad, good] }, nodeCrypto)),
    ).toBe('invalid-discharge');
  });

  test('a ticket that a trusted key opens but that holds another key contradicts', () => {
    const root = addThirdParty(mint(), AUTH, nodeCrypto);
    const [, thirdParty] = root.unsafeCaveats;
    if (thirdParty?.type !== '3P') return expect.unreachable();
    const start = mint();
    const ticket = Buffer.concat([
      new Uint8Array(12),
      nodeCrypto.seal(SHARED, new Uint8Array(12), Buffer.from(`92c420${'09'.repeat(32)}90`, 'hex')),
    ]);
    const verifierKey = Buffer.concat([
      new Uint8Array(12),
      nodeCrypto.seal(start.tail, new Uint8Array(12), KEY),
    ]);
    const token = attenuate(
      start,
      [{ type: '3P', location: AUTH.location, verifierKey, ticket }],
      nodeCrypto,
    );
    const answer = discharge(
      { location: AUTH.location, ticket, opened: { dischargeKey: KEY, caveats: [] }, caveats: [] },
      nodeCrypto,
    );
    const trusted = new Map([[AUTH.location, [KEY, SHARED]]]);
    expect(codeOf(() => verify(token, KEY, { discharges: [answer], trusted }, nodeCrypto))).toBe(
      'invalid-discharge',
    );
    return expect(codeOf(() => verify(token, KEY, { discharges: [answer] }, nodeCrypto))).toBe('fine');
  });

  test('an old discharge, no proof, verifies but may not attest', () => {
    const root = addThirdParty(mint(), AUTH, nodeCrypto);
    const [{ ticket } = { ticket: KEY }] = tickets(root);
    const opened = openTicket(SHARED, ticket, nodeCrypto);
    if (typeof opened === 'string') return expect.unreachable();
    const old = (caveats: readonly Caveat[]): UnverifiedToken => {
      const nonce = { version: 0, kid: ticket, rnd: new Uint8Array(16), proof: false } as const;
      let tail = nodeCrypto.hmacSha256(opened.dischargeKey, encodeNonce(nonce));
      for (const caveat of caveats) tail = nodeCrypto.hmacSha256(tail, encodeCaveats([caveat]));
      const parts = [
        Buffer.of(0x94),
        encodeNonce(nonce),
        Buffer.of(0xa1, 0x61),
        encodeCaveats(caveats),
        Buffer.of(0xc4, 32),
        tail,
      ];
      return decodeToken(Buffer.concat(parts));
    };
    expect(verify(root, KEY, { discharges: [old([bindTo(root, nodeCrypto)])] }, nodeCrypto).caveats).toEqual([
      ORG,
    ]);
    return expect(codeOf(() => verify(root, KEY, { discharges: [old([USER])] }, nodeCrypto))).toBe(
      'invalid-discharge',
    );
  });
});

describe('verify', () => {
  test('a key of another size', () => {
    expect(codeOf(() => verify(mint(), new Uint8Array(16), {}, nodeCrypto))).toBe('bad-argument');
  });

  test('a location of its own is compared before anything is computed', () => {
    const nothing: TokenCrypto = {
      ...nodeCrypto,
      hmacChain: () => expect.unreachable('no chain'),
    };
    const location = 'https://l.test';
    expect(codeOf(() => verify(mint(), KEY, { location }, nodeCrypto))).toBe('fine');
    for (const other of ['https://L.test', 'https://l.test/', '']) {
      expect(codeOf(() => verify(mint(), KEY, { location: other }, nothing))).toBe('wrong-location');
    }
  });

  test('nothing is opened for a token, or with a discharge, whose signature does not hold', () => {
    let opened = 0;
    const counting: TokenCrypto = {
      ...nodeCrypto,
      open(...parts) {
        opened += 1;
        return nodeCrypto.open(...parts);
      },
    };
    const root = addThirdParty(mint(), AUTH, nodeCrypto);
    const [{ ticket } = { ticket: KEY }] = tickets(root);
    const bound = mint({ caveats: [ORG, { type: 'BindToParentToken', digest: new Uint8Array(16) }] });
    for (const token of [root, bound]) {
      expect(codeOf(() => verify(token, SHARED, {}, counting))).toBe('invalid-signature');
    }
    expect(opened).toBe(0);
    const forged = mint({ location: AUTH.location, kid: ticket, proof: true, key: SHARED });
    const trusted = new Map([[AUTH.location, [SHARED, KEY]]]);
    const options = { discharges: [forged], trusted };
    expect(codeOf(() => verify(root, KEY, options, counting))).toBe('invalid-discharge');
    // The verifier key of the token, whose signature does hold; not the ticket.
    expect(opened).toBe(1);
  });

  test('from a known place on, a token with a demand is computed whole', () => {
    const start = mint();
    const root = attenuate(addThirdParty(start, AUTH, nodeCrypto), [{ type: 'NoTty' }], nodeCrypto);
    const [{ ticket } = { ticket: KEY }] = tickets(root);
    const opened = openTicket(SHARED, ticket, nodeCrypto);
    if (typeof opened === 'string') return expect.unreachable();
    const answer = discharge(
      { location: AUTH.location, ticket, opened, caveats: [bindTo(start, nodeCrypto)] },
      nodeCrypto,
    );
    const resume = { messages: 2, tail: start.tail };
    return expect(
      verify(root, KEY, { discharges: [answer], resume }, nodeCrypto).caveats.map(({ type }) => type),
    ).toEqual(['Organization', 'NoTty']);
  });

  test('from a known place on, to the end or from it', () => {
    const start = mint();
    const longer = attenuate(start, [{ type: 'NoTty' }], nodeCrypto);
    const resume = { messages: signedMessages(start).ends.length, tail: start.tail };
    expect(verify(longer, KEY, { resume }, nodeCrypto).caveats).toHaveLength(2);
    expect(verify(start, KEY, { resume }, nodeCrypto).caveats).toHaveLength(1);
    const wrong = { ...resume, tail: KEY };
    expect(codeOf(() => verify(longer, KEY, { resume: wrong }, nodeCrypto))).toBe('invalid-signature');
    expect(codeOf(() => verify(longer, KEY, { resume: { messages: 0, tail: KEY } }, nodeCrypto))).toBe(
      'fine',
    );
  });

  test('the result cannot be changed', () => {
    const { caveats } = verify(mint(), KEY, {}, nodeCrypto);
    expect(() => (caveats as Caveat[]).pop()).toThrowError(TypeError);
  });
});

describe('texts', () => {
  test('headers and their schemes', () => {
    const token = mint();
    const header = formatHeader([token, token]);
    for (const text of [
      header,
      header.replace('FlyV1 ', ''),
      header.replace('FlyV1', 'bearer  FLYV1'),
      `  ${header} `,
      `${header},fo1_x`,
    ]) {
      expect(parseHeader(text)).toEqual([token, token]);
    }
    expect(stripSchemes('Bearer')).toBe('');
    expect(stripSchemes('Basic x')).toBe('Basic x');
  });

  test('a bundle gives each token its own discharges', () => {
    const root = addThirdParty(mint(), AUTH, nodeCrypto);
    const [{ ticket } = { ticket: KEY }] = tickets(root);
    const answer = mint({ location: AUTH.location, kid: ticket, proof: true });
    const shifted = mint({ location: AUTH.location, kid: ticket.map((byte) => byte ^ 1), proof: true });
    const longer = mint({
      location: AUTH.location,
      kid: Buffer.concat([ticket, Buffer.of(0)]),
      proof: true,
    });
    const own = mint({ kid: ticket, proof: true });
    expect(
      bundle([longer, answer, root, mint(), shifted, own], 'https://l.test').map(
        ({ discharges }) => discharges,
      ),
    ).toEqual([[answer], [], []]);
  });

  test('base64 is standard and has one spelling', () => {
    for (let length = 0; length < 70; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(text)).toEqual(bytes);
    }
    for (const text of [
      'A',
      'AA',
      'AAA',
      'AA==A',
      'A===',
      '====',
      'AB==',
      'AAB=',
      'A A=',
      'A-==',
      'é===',
      'AA=A',
    ]) {
      expect(decodeBase64(text), text).toBeUndefined();
    }
  });

  test('JSON keeps integers exact and refuses a key twice', () => {
    const text = '{"a":[9007199254740993,-18446744073709551615,1.5,true,null,"x\\"{"],"b":{},"c":[]}';
    expect(stringifyExactJson(parseExactJson(text) as never)).toBe(text);
    expect(stringifyExactJson({ a: [1n], b: {}, c: [] }, 1)).toBe(
      '{\n "a": [\n  1\n ],\n "b": {},\n "c": []\n}',
    );
    expect(codeOf(() => parseExactJson('{"a":1,"a":2}'))).toBe('bad-json');
    expect(codeOf(() => parseExactJson('[{"a":{"b":1},"b":1},{"a":1}]'))).toBe('fine');
    expect(codeOf(() => parseExactJson('"text, \\"a\\": 1"'))).toBe('fine');
    expect(codeOf(() => parseExactJson('{'))).toBe('bad-json');
  });

  test('limits are exact', () => {
    expect(LIMITS.tokenBytes).toBe(8192);
    const id = (length: number): Partial<MintOptions> => ({
      caveats: [{ type: 'FromMachineSource', id: 'x'.repeat(length) }],
    });
    const overhead = mint(id(300)).bytes.length - 300;
    expect(mint(id(8192 - overhead)).bytes.length).toBe(8192);
    expect(codeOf(() => mint(id(8193 - overhead)))).toBe('limit');
    expect(codeOf(() => decodeToken(new Uint8Array(8193)))).toBe('limit');
    expect([byteAt(Uint8Array.of(1), 1), wordAt(Int32Array.of(1), 1)]).toEqual([0, 0]);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
  });
});
