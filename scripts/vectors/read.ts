/** The group accept-format: bytes and texts that are read, and what they are. Edges of every head and every limit. */
import {
  caveatsToJson,
  encodeCaveats,
  encodeToken,
  formatHeader,
  formatToken,
  mintToken,
  parseCaveatsJson,
  type Caveat,
  type Json,
  type UnverifiedToken,
} from '@postern/token';
import { forge } from './broken.ts';
import {
  COMMANDS,
  fixedCrypto,
  hex,
  KEY,
  KID,
  LOCATION,
  MACHINE_EXEC,
  mint,
  ORG,
  type Vector,
} from './common.ts';

type Named = readonly [name: string, ...caveats: Caveat[]];

const seconds = (value: bigint): Caveat => ({ type: 'MaxValidity', seconds: value });
const from = (id: string): Caveat => ({ type: 'FromMachineSource', id });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const literal = (text: string) => ({ kind: 'literal', text }) as const;
const pattern = (text: string) => ({ kind: 'pattern', pattern: text }) as const;

const UNSIGNED = [0n, 127n, 128n, 255n, 256n, 65_535n, 65_536n, 2n ** 32n - 1n, 2n ** 32n].concat([
  2n ** 53n - 1n,
  2n ** 53n + 1n,
  2n ** 63n,
  2n ** 64n - 1n,
]);
const SIGNED = [0n, -1n, -32n, -33n, -128n, -129n, -32_768n, -32_769n].concat([
  -(2n ** 31n),
  -(2n ** 31n) - 1n,
  -(2n ** 53n) - 1n,
  -(2n ** 63n),
  2n ** 63n - 1n,
]);

const EDGES: readonly Named[] = [
  ['no caveat'],
  ...UNSIGNED.map((value): Named => [`unsigned ${value}`, seconds(value)]),
  ...SIGNED.map((value): Named => [
    `signed ${value}`,
    { type: 'ValidityWindow', notBefore: value, notAfter: value },
  ]),
  ...[0, 31, 32, 255, 256, 4096].map((count): Named => [
    `a string of ${count} bytes`,
    from('x'.repeat(count)),
  ]),
  ['a string of 31 bytes beyond ASCII', from(`${'\u{1f600}'.repeat(7)}\u{ffff}`)],
  ['a string of 32 bytes beyond ASCII', from('\u{1f600}'.repeat(8))],
  ['a string that begins with a byte order mark', from('\ufeffx')],
  ['a string with NUL and a line end', from('a\0\r\n')],
  ['a string that is not normalized', from('cafe\u0301')],
  ...[0, 3, 255, 256].map((count): Named => [
    `${count} bytes`,
    { type: 'BindToParentToken', digest: new Uint8Array(count).fill(7) },
  ]),
  ...[0, 15, 16, 64].map((count): Named => [
    `an array of ${count}`,
    { type: 'Commands', commands: times(count, () => ({ args: [], exact: true })) },
  ]),
  ...[0, 15, 16, 256].map((count): Named => [
    `a map of ${count}`,
    { type: 'Apps', apps: times(count, (id) => ({ id: BigInt(id + 1), mask: 1 })) },
  ]),
  [
    'integer keys in the order of their values',
    { type: 'Apps', apps: [9n, 10n, 256n, 2n ** 53n + 1n, 2n ** 64n - 1n].map((id) => ({ id, mask: 31 })) },
  ],
  [
    'string keys in the order of their bytes',
    {
      type: 'Machines',
      set: ['', 'B', 'a', 'a\0', 'ab', 'b', '\u00e9', '\uffff', '\u{1f600}'].map((id) => ({ id, mask: 1 })),
    },
  ],
  ['a mask of no bits', { type: 'Action', mask: 0 }],
];

const TYPES: readonly Named[] = [
  ['Organization', ORG],
  ['Organization of 64 bits', { type: 'Organization', id: 2n ** 64n - 1n, mask: 1 }],
  ['Volumes', { type: 'Volumes', set: [{ id: 'vol_1', mask: 3 }] }],
  ['Apps', { type: 'Apps', apps: [{ id: 0n, mask: 31 }] }],
  ['FeatureSet', { type: 'FeatureSet', set: [{ id: 'wg', mask: 17 }] }],
  ['Mutations', { type: 'Mutations', mutations: ['b', 'a', 'b'] }],
  ['ConfineUser', { type: 'ConfineUser', id: 123n }],
  ['ConfineOrganization', { type: 'ConfineOrganization', id: 4721n }],
  ['IsUser', { type: 'IsUser', id: 123n }],
  [
    '3P',
    {
      type: '3P',
      location: 'https://auth.example.test',
      verifierKey: new Uint8Array(60).fill(1),
      ticket: new Uint8Array(64).fill(2),
    },
  ],
  ['IfPresent', { type: 'IfPresent', ifs: [COMMANDS, { type: 'Action', mask: 2 }], else: 1 }],
  ['MachineFeatureSet', { type: 'MachineFeatureSet', set: [{ id: 'metadata', mask: 4 }] }],
  ['Clusters', { type: 'Clusters', set: [{ id: 'c1', mask: 8 }] }],
  ['ConfineGoogleHD', { type: 'ConfineGoogleHD', domain: 'example.test' }],
  ['ConfineGitHubOrg', { type: 'ConfineGitHubOrg', id: 987n }],
  ['IsMember', { type: 'IsMember' }],
  ['FlyioUserID', { type: 'FlyioUserID', id: 123n }],
  ['GitHubUserID', { type: 'GitHubUserID', id: 2n ** 64n - 1n }],
  ['Commands', COMMANDS],
  ['Commands: any', { type: 'Commands', commands: [{ args: [], exact: false }] }],
  ['AppFeatureSet', { type: 'AppFeatureSet', set: [{ id: 'images', mask: 16 }] }],
  ['StorageObjects', { type: 'StorageObjects', set: [{ id: 'logs/', mask: 1 }] }],
  ['AllowedRoles', { type: 'AllowedRoles', roles: 0xffff_ffff }],
  ['FlySrc', { type: 'FlySrc', organization: 'foo', app: 'bar', instance: 'baz' }],
  ...[0n, 255n, 256n, 2n ** 64n, 2n ** 256n - 1n].map((id): Named => [
    `GoogleUserID ${id}`,
    { type: 'GoogleUserID', id },
  ]),
  [
    'SourceAddress',
    { type: 'SourceAddress', networks: ['0.0.0.0/0', '::/0', '10.0.0.0/8', '2001:db8::/32'] },
  ],
  ['NoStdin and NoTty', { type: 'NoStdin' }, { type: 'NoTty' }],
  [
    'MaxTimeout and MaxOutput',
    { type: 'MaxTimeout', seconds: 60n },
    { type: 'MaxOutput', bytes: 2n ** 64n - 1n },
  ],
  ['EnvNames', { type: 'EnvNames', names: ['LANG', 'TZ', '\uffff', '\u{1f600}'] }],
  ['RunAsUsers', { type: 'RunAsUsers', names: ['app', 'www-data'] }],
  ['WorkingDirectories', { type: 'WorkingDirectories', names: ['/', '/srv/app'] }],
  [
    'CommandTemplates: every kind of word, and a tail',
    {
      type: 'CommandTemplates',
      templates: [
        {
          words: [
            { kind: 'one-of', texts: ['head', 'tail'] },
            literal('-n'),
            { kind: 'integer', least: -1000n, most: 1000n },
            pattern('[a-z]{1,8}\\.log'),
          ],
        },
        { words: [literal('grep')], tail: { word: pattern('[a-z]+'), most: 63 } },
      ],
    },
  ],
];

const LIMITS_MET: readonly Named[] = [
  ['64 caveats', ...times(64, (value) => seconds(BigInt(value)))],
  [
    '64 caveats, nested ones counted',
    { type: 'IfPresent', ifs: times(63, (value) => seconds(BigInt(value))), else: 0 },
  ],
  [
    'IfPresent four deep, and again beside it',
    ...times(2, () =>
      times(4, (level) => level).reduce<Caveat>(
        (inner) => ({ type: 'IfPresent', ifs: [inner], else: 1 }),
        ORG,
      ),
    ),
  ],
  ['64 words', { type: 'Commands', commands: [{ args: times(64, () => 'a'), exact: false }] }],
  ['a word of 4096 bytes', { type: 'Commands', commands: [{ args: ['\u00e9'.repeat(2048)], exact: false }] }],
  ['64 networks', { type: 'SourceAddress', networks: times(64, (i) => `10.0.0.${i}/32`) }],
  ['64 names', { type: 'EnvNames', names: times(64, (i) => `V${String(i).padStart(2, '0')}`) }],
  ['64 templates', { type: 'CommandTemplates', templates: times(64, () => ({ words: [literal('a')] })) }],
  [
    '64 words of a template',
    { type: 'CommandTemplates', templates: [{ words: times(64, () => literal('a')) }] },
  ],
  [
    '64 alternatives',
    {
      type: 'CommandTemplates',
      templates: [{ words: [{ kind: 'one-of', texts: times(64, (i) => `${i}`) }] }],
    },
  ],
  [
    'a pattern of 256 characters',
    { type: 'CommandTemplates', templates: [{ words: [literal('a'), pattern('a'.repeat(256))] }] },
  ],
  [
    'patterns of 512 positions',
    {
      type: 'CommandTemplates',
      templates: ['a{500}', 'a{12}'].map((text) => ({ words: [literal('a'), pattern(text)] })),
    },
  ],
];

/** Types nobody here knows: shown with base64 of their bodies, passed on as they are. */
const UNKNOWN: readonly (readonly [name: string, number: bigint, body: string])[] = [
  ['reserved', 1n, '90'],
  ['reserved', 17n, 'c0'],
  ['reserved', 18n, '7b'],
  ['not assigned', 32n, 'a161'],
  ['of the secret store', 0x1_0000n, '9101'],
  ['registered globally', 2n ** 32n, '81a16101'],
  ['private', 2n ** 48n + 2n, '7b'],
  ['the marker of unregistered ones', 2n ** 64n - 1n, 'c403010203'],
  ['with a body that is not canonical', 99n, 'cf0000000000000001'],
  ['with a body of floats and extensions', 99n, '93 ca3fc00000 cb3ff0000000000000 d40102'],
  ['with a body 16 deep', 99n, `${'91'.repeat(15)}01`],
];

/** JSON in other spellings. */
const SPELLINGS: readonly (readonly [name: string, text: string])[] = [
  ['DeprecatedOrganization', '[{"type":"DeprecatedOrganization","body":{"id":1,"mask":"r"}}]'],
  ['DeprecatedApps', '[{"type":"DeprecatedApps","body":{"apps":{"2":"w","1":"r"}}}]'],
  ['NoAdminFeatures', '[{"type":"NoAdminFeatures","body":{}}]'],
  ['a decimal number', '[{"type":"26","body":"r"}]'],
  ['the name of a private type', '[{"type":"NoTty","body":{}}]'],
  ['all 16 bits', '[{"type":"Action","body":"*"}]'],
  ['letters in another order', '[{"type":"Action","body":"Cdcwr"}]'],
  ['no letters', '[{"type":"Action","body":""}]'],
  ['exact that is false', '[{"type":"Commands","body":[{"args":["ls"],"exact":false}]}]'],
  ['keys in another order', '[{"body":{"mask":"r","id":9007199254740993},"type":"Organization"}]'],
  [
    'machines in another order',
    '[{"type":"Machines","body":{"machines":{"\\ud83d\\ude00":"r","\\uffff":"r","b":"r","a":"r"}}}]',
  ],
  [
    'networks in another order and spelling',
    '[{"type":"SourceAddress","body":{"networks":["2001:DB8:0:0::/32","::ffff:10.0.0.1"]}}]',
  ],
];

function tokens(): readonly (readonly [name: string, token: UnverifiedToken])[] {
  const token = mint('read', MACHINE_EXEC);
  const sized = (bytes: number): UnverifiedToken => mint('read', [ORG, from('x'.repeat(bytes))]);
  const room = 8192 - (sized(4000).bytes.length - 4000);
  const crypto = fixedCrypto('read');
  const options = { location: LOCATION, kid: KID, key: KEY, caveats: [ORG] };
  return [
    ['with a nonce of version 0', forge({ ...token.nonce, version: 0 }, MACHINE_EXEC, token.tail)],
    ['that is a proof', mintToken({ ...options, proof: true }, crypto)],
    ['with a key id of one byte', mintToken({ ...options, kid: Uint8Array.of(0) }, crypto)],
    ['with a key id of 255 bytes', mintToken({ ...options, kid: new Uint8Array(255).fill(6) }, crypto)],
    [
      'with a key id of 4096 bytes',
      mintToken({ ...options, kid: new Uint8Array(4096).fill(6), proof: true }, crypto),
    ],
    [
      'with a location of 1024 bytes',
      mintToken({ ...options, location: `https://${'x'.repeat(1016)}` }, crypto),
    ],
    ['of 8192 bytes', sized(room)],
  ];
}

function describeToken(token: UnverifiedToken): Record<string, Json> {
  return {
    version: token.nonce.version,
    kid_hex: hex(token.nonce.kid),
    rnd_hex: hex(token.nonce.rnd),
    proof: token.nonce.proof,
    token_location: token.location,
    claims: caveatsToJson(token.unsafeCaveats),
    tail_hex: hex(token.tail),
  };
}

export function readVectors(): Vector[] {
  const token = mint('read', MACHINE_EXEC);
  const text = formatToken(token);
  const other = formatToken(mint('read too', [ORG]));
  const header = formatHeader([token]);
  const headers: readonly (readonly [name: string, text: string, tokens: readonly string[]])[] = [
    ['no scheme', text, [text]],
    ['FlyV1', header, [text]],
    ['Bearer', `Bearer ${text}`, [text]],
    ['schemes in any letter case, repeated', `bEARER flyv1  ${text}`, [text]],
    ['white space around it', ` ${header}\t`, [text]],
    ['two tokens, in the order they came', `FlyV1 ${other},${text}`, [other, text]],
    ['an OAuth token among others', `${header},fo1_abc,${other}`, [text, other]],
    ['old labels', `${text.replace('fm2', 'fm1r')},${other.replace('fm2', 'fm1a')}`, [text, other]],
    ['32 tokens', times(32, () => other).join(','), times(32, () => other)],
    ['16384 characters', `FlyV1 ${text},fo1_`.padEnd(16_384, 'x'), [text]],
  ];
  return [
    ...[...TYPES, ...EDGES, ...LIMITS_MET].map(([name, ...caveats]) => ({
      name: `caveats: ${name}`,
      kind: 'caveats',
      hex: hex(encodeCaveats(caveats)),
      json: caveatsToJson(caveats),
    })),
    ...UNKNOWN.map(([name, number, body]) => {
      const caveats: Caveat[] = [
        { type: 'Unknown', number, body: Buffer.from(body.replaceAll(' ', ''), 'hex') },
      ];
      return {
        name: `unknown: type ${number}, ${name}`,
        kind: 'unknown',
        hex: hex(encodeCaveats(caveats)),
        json: caveatsToJson(caveats),
      };
    }),
    ...SPELLINGS.map(([name, spelled]) => ({
      name: `json: ${name}`,
      kind: 'json',
      text: spelled,
      hex: hex(encodeCaveats(parseCaveatsJson(spelled))),
    })),
    ...tokens().map(([name, made]) => ({
      name: `token: ${name}`,
      kind: 'token',
      hex: hex(encodeToken(made)),
      ...describeToken(made),
    })),
    ...headers.map(([name, spelled, parts]) => ({
      name: `header: ${name}`,
      kind: 'header',
      text: spelled,
      tokens: parts,
    })),
  ];
}
