/** Section 14 of the format specification, byte for byte, both directions. */
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../src/mac/node.ts';
import {
  addThirdParty,
  attenuate,
  bindTo,
  decodeCaveats,
  decodeToken,
  discharge,
  encodeCaveats,
  formatToken,
  mintToken,
  openTicket,
  parseToken,
  tokenUuid,
  verify,
  type Caveat,
  type TokenCrypto,
  signedMessages,
} from '../src/index.ts';
import { hex, run, toHex } from './hex.ts';

const KEY = run(0x00, 0x1f);
const KID = new TextEncoder().encode('key-1');
const RND = run(0xa0, 0xaf);
const LOCATION = 'https://api.example.test/v1';
const COMMANDS: Caveat = {
  type: 'Commands',
  commands: [
    { args: ['ls', '-l'], exact: false },
    { args: ['uptime'], exact: true },
  ],
};
const WINDOW: Caveat = { type: 'ValidityWindow', notBefore: 1_767_225_600n, notAfter: 1_769_817_600n };
const ORG: Caveat = { type: 'Organization', id: 4721n, mask: 31 };

describe('14.1 single caveats, as signed', () => {
  const cases: readonly (readonly [string, Caveat])[] = [
    ['92 00 92 cd1271 1f', ORG],
    [
      '92 03 91 82 cd01c8 01 cd22ce 1f',
      {
        type: 'Apps',
        apps: [
          { id: 456n, mask: 1 },
          { id: 8910n, mask: 31 },
        ],
      },
    ],
    [
      '92 07 91 81 ae 3738313137303166353634323538 1f',
      { type: 'Machines', set: [{ id: '7811701f564258', mask: 31 }] },
    ],
    ['92 04 92 ce6955b900 ce697d4600', WINDOW],
    ['92 1b 92 92 92 a26c73 a22d6c c2 92 91 a6757074696d65 c3', COMMANDS],
    ['92 1b 91 92 90 c2', { type: 'Commands', commands: [{ args: [], exact: false }] }],
    [
      '92 0d 92 92 1b 92 92 92 a26c73 a22d6c c2 92 91 a6757074696d65 c3 01',
      { type: 'IfPresent', ifs: [COMMANDS], else: 1 },
    ],
    ['92 1a 01', { type: 'Action', mask: 1 }],
    ['92 1a cdffff', { type: 'Action', mask: 0xffff }],
    ['92 0f 91 ae 3738313137303166353634323538', { type: 'FromMachineSource', id: '7811701f564258' }],
    ['92 0a 91 7b', { type: 'IsUser', id: 123n }],
    ['92 17 7b', { type: 'FlyioUserID', id: 123n }],
    ['92 15 cd0258', { type: 'MaxValidity', seconds: 600n }],
    ['92 1e ceffffffff', { type: 'AllowedRoles', roles: 0xffff_ffff }],
    ['92 16 90', { type: 'IsMember' }],
    [
      '92 1f 93 a3666f6f a3626172 a362617a',
      { type: 'FlySrc', organization: 'foo', app: 'bar', instance: 'baz' },
    ],
    ['92 0c c403010203', { type: 'BindToParentToken', digest: hex('010203') }],
    ['92 cf0001000000000002 7b', { type: 'Unknown', number: 2n ** 48n + 2n, body: hex('7b') }],
  ];
  test.each(cases)('%s', (bytes, caveat) => {
    expect(toHex(encodeCaveats([caveat]))).toBe(toHex(hex(bytes)));
    expect(decodeCaveats(hex(bytes))).toEqual([caveat]);
  });
});

describe('14.2 a machine-exec token', () => {
  const caveats: Caveat[] = [
    ORG,
    { type: 'Apps', apps: [{ id: 8910n, mask: 31 }] },
    WINDOW,
    { type: 'IfPresent', ifs: [COMMANDS], else: 1 },
  ];
  const token = mintToken({ location: LOCATION, kid: KID, rnd: RND, key: KEY, caveats }, nodeCrypto);
  const TEXT =
    'fm2_lJPEBWtleS0xxBCgoaKjpKWmp6ipqqusra6vwrtodHRwczovL2FwaS5leGFtcGxlLnRlc3QvdjGYAJLNEnEfA5GBzSLOHwSSzmlVuQDOaX1GAA2SkhuSkpKibHOiLWzCkpGmdXB0aW1lwwHEIM9DoKSMMknCcrfXm6IRBIbcoy31o3iqPUXDZ2ByLDeK';

  test('every tail', () => {
    const { messages, ends } = signedMessages(token);
    const tails = nodeCrypto.hmacChain(KEY, messages, ends);
    const hexes = Array.from({ length: 5 }, (_, i) => toHex(tails.slice(i * 32, i * 32 + 32)));
    expect(hexes).toEqual([
      '5af49d497e7034fa630242200a2e1d807e69a1a02586687c5643744d7089e7d2',
      '474fc730842b1dd9a98f0013e4724639e98034856322203ec41a523946bbb3d1',
      'e442088e0741e385c993df59f55c2596c932a29d8e16a3593a31720fc6f3bce8',
      '610bd9459673b5e84f9b4e5f2dd8615a93a166c46353048b2b43addfa8522a95',
      'cf43a0a48c3249c272b7d79ba2110486dca32df5a378aa3d45c36760722c378a',
    ]);
  });

  test('text, length and uuid', () => {
    expect(token.bytes.length).toBe(141);
    expect(formatToken(token)).toBe(TEXT);
    expect(tokenUuid(token.nonce, nodeCrypto)).toBe('9268cbbf-1d6d-5e99-a802-420beefab745');
    expect(parseToken(TEXT)).toEqual(token);
  });

  test('it verifies, and gives its caveats', () => {
    expect(verify(parseToken(TEXT), KEY, {}, nodeCrypto).caveats).toEqual(caveats);
  });

  test('attenuating step by step gives the same token', () => {
    const bare = mintToken({ location: LOCATION, kid: KID, rnd: RND, key: KEY, caveats: [] }, nodeCrypto);
    expect(attenuate(attenuate(bare, caveats.slice(0, 2), nodeCrypto), caveats, nodeCrypto)).toEqual(token);
  });

  test('a version 0 nonce is signed as sent', () => {
    const nonce = hex('92c4056b65792d31c410a0a1a2a3a4a5a6a7a8a9aaabacadaeaf');
    const tail = nodeCrypto.hmacSha256(KEY, nonce);
    expect(toHex(tail)).toBe('8a5e3cd0a51088d45c52b29ede4d8b434efa9d1ac4d37004265620d975e3a912');
    const location = new TextEncoder().encode(LOCATION);
    const bytes = Buffer.concat([
      hex('94'),
      nonce,
      Buffer.of(0xa0 | location.length),
      location,
      hex('90c420'),
      tail,
    ]);
    const decoded = decodeToken(bytes);
    expect(decoded.nonce).toMatchObject({ version: 0, proof: false });
    expect(verify(decoded, KEY, {}, nodeCrypto).caveats).toEqual([]);
    expect(attenuate(decoded, [ORG], nodeCrypto).nonce.version).toBe(0);
  });
});

describe('14.3 third party, discharge, binding, finalization', () => {
  const KA = run(0x40, 0x5f);
  const AUTH = 'https://auth.example.test';
  const ROOT = parseToken(
    'fm2_lJPEBWtleS0xxBCgoaKjpKWmp6ipqqusra6vwrtodHRwczovL2FwaS5leGFtcGxlLnRlc3QvdjGUAJLNEnEfC5O5aHR0cHM6Ly9hdXRoLmV4YW1wbGUudGVzdMQ8ICEiIyQlJicoKSorukOgt3xbHRT9HCulvo8XwmPWfowRbTRmT7u7FopbCc12eu5KupUFvh6hUflUXY4AxEUQERITFBUWFxgZGhuFpR7DgbNz8A3rZgJtptAZd/eWMaqUA0iFsHDgPuYrTpev+4xIl0NScjwYGacooqPVJiVHe+e61pnEIMCprBQ7zecHzcI3mrraG+Gu2cndR6QcqFrZQowJcE3j',
  );
  const DISCHARGE = parseToken(
    'fm2_lJPERRAREhMUFRYXGBkaG4WlHsOBs3PwDetmAm2m0Bl395YxqpQDSIWwcOA+5itOl6/7jEiXQ1JyPBgZpyiio9UmJUd757rWmcQQwMHCw8TFxsfIycrLzM3Oz8O5aHR0cHM6Ly9hdXRoLmV4YW1wbGUudGVzdJYEks5pVbkAzmlVu1gXewzEEGn1cl2z6rtfva2Tb/T0F7PEICYWvBml06iekFYiW3dfJmBBzU0VsGVtlT0SshDLaFYz',
  );
  const trusted = new Map([[AUTH, [KA]]]);

  test('the root is made again byte for byte', () => {
    const random = [run(0x80, 0x9f), run(0x20, 0x2b), run(0x10, 0x1b)];
    const fixed: TokenCrypto = {
      ...nodeCrypto,
      randomBytes: (length) => {
        const next = random.shift();
        expect(next).toHaveLength(length);
        return next ?? expect.unreachable();
      },
    };
    const start = mintToken({ location: LOCATION, kid: KID, rnd: RND, key: KEY, caveats: [ORG] }, nodeCrypto);
    const caveats: Caveat[] = [{ type: 'ConfineOrganization', id: 4721n }];
    const made = addThirdParty(start, { location: AUTH, shared: KA, caveats }, fixed);
    expect(formatToken(made)).toBe(formatToken(ROOT));
    expect(toHex(made.tail)).toBe('c0a9ac143bcde707cdc2379abada1be1aed9c9dd47a41ca85ad9428c09704de3');
    expect(toHex(nodeCrypto.sha256(made.tail))).toBe(
      '69f5725db3eabb5fbdad936ff4f417b3daaea0f1c0deb662abc1ece5317c81c2',
    );
    expect(encodeCaveats([bindTo(made, nodeCrypto)])).toEqual(
      encodeCaveats(DISCHARGE.unsafeCaveats.slice(2)),
    );
  });

  test('sizes of what is sealed', () => {
    const start = mintToken({ location: LOCATION, kid: KID, key: KEY, caveats: [] }, nodeCrypto);
    const [caveat] = addThirdParty(start, { location: AUTH, shared: KA }, nodeCrypto).unsafeCaveats;
    if (caveat?.type !== '3P') return expect.unreachable();
    return expect([caveat.verifierKey.length, caveat.ticket.length]).toEqual([60, 64]);
  });

  test('every tail of the discharge', () => {
    const { messages, ends } = signedMessages(DISCHARGE);
    const tails = nodeCrypto.hmacChain(run(0x80, 0x9f), messages, ends);
    expect(Array.from({ length: 4 }, (_, i) => toHex(tails.slice(i * 32, i * 32 + 32)))).toEqual([
      '6c5d23dd676c32b8080fbd6ae789459e432d91fd68878d29b0481f5be1c03c63',
      '19e81dd6471157dcf6c30b47e28576d966f9c7beb52b67d2689db9f4ae9a530f',
      'ec476c3003017224f9601a95f15596690aabd43a579e28e6eb8ab90ffe3400e6',
      '9351962a717564c37dd21a38da9f6017129f5f84a10e45bd295442f232977004',
    ]);
    expect(toHex(DISCHARGE.tail)).toBe('2616bc19a5d3a89e9056225b775f266041cd4d15b0656d953d12b210cb685633');
  });

  test('the ticket opens under KA', () => {
    expect(openTicket(KA, DISCHARGE.nonce.kid, nodeCrypto)).toEqual({
      dischargeKey: run(0x80, 0x9f),
      caveats: [{ type: 'ConfineOrganization', id: 4721n }],
    });
  });

  test('trusted: organization, window, user; untrusted: the user vanishes', () => {
    const types = (options: Parameters<typeof verify>[2]): string[] =>
      verify(ROOT, KEY, options, nodeCrypto).caveats.map(({ type }) => type);
    expect(types({ discharges: [DISCHARGE], trusted })).toEqual([
      'Organization',
      'ValidityWindow',
      'FlyioUserID',
    ]);
    expect(types({ discharges: [DISCHARGE] })).toEqual(['Organization', 'ValidityWindow']);
  });

  test('provenance says which discharge a caveat came from', () => {
    expect(verify(ROOT, KEY, { discharges: [ROOT, DISCHARGE], trusted }, nodeCrypto).provenance).toEqual([
      'token',
      1,
      1,
    ]);
  });

  test('the discharge is made again byte for byte', () => {
    const opened = openTicket(KA, DISCHARGE.nonce.kid, nodeCrypto);
    if (typeof opened === 'string') return expect.unreachable();
    const fixed: TokenCrypto = { ...nodeCrypto, randomBytes: () => run(0xc0, 0xcf) };
    const made = discharge(
      { location: AUTH, ticket: DISCHARGE.nonce.kid, opened, caveats: DISCHARGE.unsafeCaveats },
      fixed,
    );
    return expect(formatToken(made)).toBe(formatToken(DISCHARGE));
  });

  test.each([
    ['no discharge', {}, 'missing-discharge'],
    [
      'another key trusted is untrusted only',
      { discharges: [DISCHARGE], trusted: new Map([[AUTH, [KEY]]]) },
      undefined,
    ],
  ] as const)('%s', (_, options, code) => {
    const act = (): unknown => verify(ROOT, KEY, options, nodeCrypto);
    if (code === undefined) expect(act).not.toThrowError();
    else expect(act).toThrowError(expect.objectContaining({ code }));
  });
});
