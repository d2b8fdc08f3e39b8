/** Every caveat type there is: bytes and back, JSON and back, words, and what an access or a sign-in gets from it. */
import { describe, expect, test } from 'vitest';
import {
  CAVEAT_NUMBERS,
  caveatsFromJson,
  caveatsToJson,
  clear,
  decodeCaveats,
  describeCaveat,
  encodeCaveats,
  parseCaveatsJson,
  prohibits,
  stringifyExactJson,
  TokenError,
  type Caveat,
  type DischargeRequest,
} from '../src/index.ts';

const BIG = 2n ** 64n - 1n;

/** One of each, with what a person is told. */
const EVERY: readonly (readonly [Caveat, string | undefined])[] = [
  [{ type: 'Organization', id: BIG, mask: 31 }, `in organization ${BIG}`],
  [{ type: 'Organization', id: 0n, mask: 1 }, 'in any organization may read'],
  [
    {
      type: 'Apps',
      apps: [
        { id: 1n, mask: 0 },
        { id: 2n ** 53n, mask: 31 },
      ],
    },
    'on apps 1 (nothing) and 9007199254740992',
  ],
  [{ type: 'Apps', apps: [{ id: 0n, mask: 31 }] }, 'on any app'],
  [{ type: 'Apps', apps: [] }, 'on no app'],
  [{ type: 'Volumes', set: [{ id: 'v', mask: 3 }] }, 'on volume v (rw)'],
  [{ type: 'FeatureSet', set: [{ id: 'wg', mask: 31 }] }, 'with organization feature wg'],
  [{ type: 'Machines', set: [{ id: '__proto__', mask: 31 }] }, 'on machine __proto__'],
  [{ type: 'MachineFeatureSet', set: [{ id: 'm', mask: 31 }] }, 'with machine feature m'],
  [{ type: 'Clusters', set: [{ id: 'c', mask: 31 }] }, 'on cluster c'],
  [{ type: 'AppFeatureSet', set: [{ id: 'a', mask: 31 }] }, 'with app feature a'],
  [
    {
      type: 'StorageObjects',
      set: [
        { id: '\u{ffff}', mask: 31 },
        { id: '\u{1f600}', mask: 1 },
      ],
    },
    'on storage objects \u{ffff} and \u{1f600} (r)',
  ],
  [{ type: 'ValidityWindow', notBefore: -(2n ** 63n), notAfter: 2n ** 63n - 1n }, undefined],
  [{ type: 'Mutations', mutations: ['a', 'b'] }, 'with the mutations a, b'],
  [{ type: 'Mutations', mutations: [] }, 'with the mutations (none)'],
  [{ type: 'ConfineUser', id: 1n }, 'only for user 1'],
  [{ type: 'ConfineOrganization', id: 2n }, 'only for members of organization 2'],
  [{ type: 'IsUser', id: 3n }, undefined],
  [
    {
      type: '3P',
      location: 'https://auth.test',
      verifierKey: new Uint8Array(60),
      ticket: new Uint8Array(64),
    },
    'needs a discharge from https://auth.test',
  ],
  [{ type: 'BindToParentToken', digest: new Uint8Array(16) }, 'bound to another token'],
  [
    { type: 'IfPresent', ifs: [{ type: 'Commands', commands: [] }], else: 1 },
    'runs no command, otherwise may read',
  ],
  [{ type: 'FromMachineSource', id: 'm' }, 'only from machine m'],
  [{ type: 'ConfineGoogleHD', domain: 'example.com' }, 'only for logins of example.com'],
  [{ type: 'ConfineGitHubOrg', id: 4n }, 'only for members of GitHub organization 4'],
  [{ type: 'MaxValidity', seconds: 600n }, 'for at most 600 s'],
  [{ type: 'IsMember' }, 'as a member'],
  [{ type: 'FlyioUserID', id: 5n }, 'signed in as Flyio user 5'],
  [{ type: 'GitHubUserID', id: 6n }, 'signed in as GitHub user 6'],
  [{ type: 'GoogleUserID', id: 2n ** 200n }, `signed in as Google user ${2n ** 200n}`],
  [{ type: 'GoogleUserID', id: 0n }, 'signed in as Google user 0'],
  [{ type: 'Action', mask: 0 }, 'may only nothing'],
  [
    {
      type: 'Commands',
      commands: [
        { args: [], exact: false },
        { args: ['a b', "c'd"], exact: true },
        { args: [], exact: true },
      ],
    },
    "runs every command, or exactly `'a b' 'c'\\''d'`, or only the empty command",
  ],
  [{ type: 'AllowedRoles', roles: 0xffff_ffff }, 'with role mask 4294967295'],
  [{ type: 'FlySrc', organization: 'o', app: '', instance: 'i' }, 'only from o/i'],
  [{ type: 'FlySrc', organization: '', app: '', instance: '' }, 'only from anywhere'],
  [
    {
      type: 'SourceAddress',
      networks: ['::/0', '1:0:2::/48', '1:2:3:4:5:6:7:8/128', '10.0.0.0/8', '2001:db8::1/128'],
    },
    'only from ::/0, 1:0:2::/48, 1:2:3:4:5:6:7:8/128, 10.0.0.0/8, 2001:db8::1/128',
  ],
  [{ type: 'SourceAddress', networks: [] }, 'only from nowhere'],
  [{ type: 'NoStdin' }, 'without stdin'],
  [{ type: 'NoTty' }, 'without a terminal'],
  [{ type: 'MaxTimeout', seconds: 60n }, 'with a timeout of at most 60 s'],
  [{ type: 'MaxOutput', bytes: BIG }, `with an output limit of at most ${BIG} bytes`],
  [{ type: 'EnvNames', names: ['A', 'B'] }, 'setting no environment variable but A, B'],
  [{ type: 'EnvNames', names: [] }, 'setting no environment variable'],
  [{ type: 'RunAsUsers', names: ['app', 'www'] }, 'only as the user app or www'],
  [{ type: 'RunAsUsers', names: [] }, 'only as the user (none)'],
  [{ type: 'WorkingDirectories', names: ['/', '/srv'] }, 'only in / or /srv'],
  [{ type: 'WorkingDirectories', names: [] }, 'only in no directory'],
  [
    {
      type: 'CommandTemplates',
      templates: [
        {
          words: [
            { kind: 'one-of', texts: ['start', 'stop it'] },
            { kind: 'integer', least: -1n, most: 5n },
          ],
        },
        {
          words: [{ kind: 'literal', text: 'rm' }],
          tail: { word: { kind: 'pattern', pattern: '[a-z]+' }, most: 3 },
        },
      ],
    },
    "runs the form `(start|'stop it') -1..5`, or the form `rm …(up to 3 more: /[a-z]+/)`",
  ],
  [{ type: 'CommandTemplates', templates: [] }, 'runs no command'],
  [
    { type: 'Unknown', number: BIG, body: Uint8Array.of(0xc0) },
    `with a restriction of unknown type ${BIG}, which refuses everything here`,
  ],
];

describe('every type', () => {
  test('none is forgotten here', () => {
    const seen = new Set(EVERY.map(([{ type }]) => type));
    expect(Object.keys(CAVEAT_NUMBERS).filter((type) => !seen.has(type as Caveat['type']))).toEqual([]);
  });

  test.each(EVERY.map(([caveat, says]) => [caveat.type, caveat, says] as const))('%s', (_, caveat, says) => {
    const bytes = encodeCaveats([caveat]);
    expect(decodeCaveats(bytes)).toEqual([caveat]);
    expect(encodeCaveats(decodeCaveats(bytes))).toEqual(bytes);
    expect(describeCaveat(caveat)).toBe(says);
    const json = stringifyExactJson(caveatsToJson([caveat]));
    if (caveat.type === 'Unknown') expect(() => parseCaveatsJson(json)).toThrowError(TokenError);
    else expect(encodeCaveats(parseCaveatsJson(json))).toEqual(bytes);
    // Standing alone, without an organization, nothing allows anything.
    expect(clear([caveat], { kind: 'access', action: 0, now: 0, appId: 1n }).allowed).toBe(false);
  });

  test('types from 2^48 on have their number in JSON, and their name or number is read', () => {
    const [json] = caveatsToJson([{ type: 'NoTty' }]);
    expect(json).toEqual({ type: '369776607383042', body: {} });
    expect(caveatsFromJson([{ type: 'NoTty', body: {} }])).toEqual(caveatsFromJson([json]));
  });

  test.each([
    ['DeprecatedOrganization', { id: 1, mask: '*' }, { type: 'Organization', id: 1n, mask: 0xffff }],
    ['DeprecatedApps', { apps: {} }, { type: 'Apps', apps: [] }],
    ['NoAdminFeatures', {}, { type: 'IsMember' }],
    ['26', 'Cr', { type: 'Action', mask: 17 }],
  ])('alias %s', (type, body, caveat) => {
    expect(caveatsFromJson([{ type, body }])).toEqual([caveat]);
  });

  test('lists from JSON may come in any order', () => {
    const read = (type: string, body: unknown): Uint8Array =>
      encodeCaveats(caveatsFromJson([{ type, body }]));
    expect(read('EnvNames', { names: ['B', 'A'] })).toEqual(read('EnvNames', { names: ['A', 'B'] }));
    expect(read('SourceAddress', { networks: ['11.0.0.1', '10.0.0.0/8'] })).toEqual(
      read('SourceAddress', { networks: ['10.0.0.0/8', '11.0.0.1/32'] }),
    );
    expect(read('Apps', { apps: { 5: 'r', 10: 'r' } })).toEqual(
      encodeCaveats([
        { type: 'Apps', apps: [10n, 5n, 7n].filter((id) => id !== 7n).map((id) => ({ id, mask: 1 })) },
      ]),
    );
    expect(caveatsFromJson([{ type: 'SourceAddress', body: { networks: ['::ffff:1.2.3.4'] } }])).toEqual([
      { type: 'SourceAddress', networks: ['1.2.3.4/32'] },
    ]);
  });
});

describe('what cannot be written is refused, never wrapped', () => {
  const refused: readonly (readonly [string, Caveat])[] = [
    ['an id below zero', { type: 'Organization', id: -1n, mask: 31 }],
    ['an id of 65 bits', { type: 'Organization', id: 2n ** 64n, mask: 31 }],
    ['a mask of 17 bits', { type: 'Action', mask: 0x1_0000 }],
    ['a mask with a fraction', { type: 'Action', mask: 0.5 }],
    ['a time of 65 bits', { type: 'ValidityWindow', notBefore: 0n, notAfter: 2n ** 63n }],
    ['a role mask of 33 bits', { type: 'AllowedRoles', roles: 2 ** 32 }],
    ['a user id below zero', { type: 'GoogleUserID', id: -1n }],
    ['half a character', { type: 'Commands', commands: [{ args: ['\ud800'], exact: true }] }],
    [
      'an app twice',
      {
        type: 'Apps',
        apps: [
          { id: 1n, mask: 1 },
          { id: 1n, mask: 31 },
        ],
      },
    ],
    [
      'a machine twice',
      {
        type: 'Machines',
        set: [
          { id: 'a', mask: 1 },
          { id: 'a', mask: 31 },
        ],
      },
    ],
    ['a network that is none', { type: 'SourceAddress', networks: ['10.0.0.0/33'] }],
    ['a network twice', { type: 'SourceAddress', networks: ['10.0.0.0/8', '10.0.0.0/8'] }],
    ['a name that is none', { type: 'EnvNames', names: ['A=B'] }],
    ['a template without words', { type: 'CommandTemplates', templates: [{ words: [] }] }],
    [
      'a pattern that is none',
      {
        type: 'CommandTemplates',
        templates: [
          {
            words: [
              { kind: 'literal', text: 'a' },
              { kind: 'pattern', pattern: '(' },
            ],
          },
        ],
      },
    ],
    [
      'a word that may be one of nothing',
      { type: 'CommandTemplates', templates: [{ words: [{ kind: 'one-of', texts: [] }] }] },
    ],
    [
      'a tail of half a word',
      {
        type: 'CommandTemplates',
        templates: [
          {
            words: [{ kind: 'literal', text: 'a' }],
            tail: { word: { kind: 'literal', text: 'b' }, most: 0.5 },
          },
        ],
      },
    ],
  ];
  test.each(refused)('%s', (name, caveat) => {
    const code = name === '65 alternatives' ? 'limit' : 'bad-caveat';
    expect(() => encodeCaveats([caveat])).toThrowError(expect.objectContaining({ code }));
  });

  test('more alternatives than the limit', () => {
    const texts = Array.from({ length: 65 }, (_, i) => `${i}`);
    const caveat: Caveat = { type: 'CommandTemplates', templates: [{ words: [{ kind: 'one-of', texts }] }] };
    expect(() => encodeCaveats([caveat])).toThrowError(expect.objectContaining({ code: 'limit' }));
  });

  test('sizes that need longer heads', () => {
    const long: Caveat[] = [
      { type: 'FromMachineSource', id: 'x'.repeat(300) },
      { type: 'ConfineGoogleHD', domain: 'x'.repeat(70_000) },
      { type: '3P', location: '', verifierKey: new Uint8Array(60), ticket: new Uint8Array(70_000) },
      { type: 'Mutations', mutations: Array.from({ length: 70_000 }, () => '') },
      { type: 'ValidityWindow', notBefore: -40_000n, notAfter: -3_000_000_000n },
      { type: 'ValidityWindow', notBefore: -100n, notAfter: -200n },
      { type: 'ValidityWindow', notBefore: -32n, notAfter: 200n },
    ];
    for (const caveat of long) {
      const bytes = encodeCaveats([caveat]);
      if (bytes.length <= 8192) expect(decodeCaveats(bytes)).toEqual([caveat]);
      else expect(() => decodeCaveats(bytes)).toThrowError(expect.objectContaining({ code: 'limit' }));
    }
    const many: Caveat = {
      type: 'Clusters',
      set: Array.from({ length: 70_000 }, (_, i) => ({ id: `${i}`, mask: 1 })),
    };
    expect(encodeCaveats([many])[2 + 8 - 8]).toBe(0x91);
  });
});

describe('sign-ins: what a third party is asked', () => {
  const request: DischargeRequest = {
    kind: 'discharge',
    now: 1000_000,
    expiry: 1600n,
    userId: 1n,
    organizationIds: [2n, 3n],
    googleDomain: 'example.com',
    gitHubOrganizationIds: [4n],
  };
  const nobody: DischargeRequest = { kind: 'discharge', now: 1000_000 };
  const cases: readonly (readonly [Caveat, Caveat])[] = [
    [
      { type: 'ConfineUser', id: 1n },
      { type: 'ConfineUser', id: 2n },
    ],
    [
      { type: 'ConfineOrganization', id: 3n },
      { type: 'ConfineOrganization', id: 1n },
    ],
    [
      { type: 'ConfineGoogleHD', domain: 'example.com' },
      { type: 'ConfineGoogleHD', domain: 'Example.com' },
    ],
    [
      { type: 'ConfineGitHubOrg', id: 4n },
      { type: 'ConfineGitHubOrg', id: 2n },
    ],
    [
      { type: 'MaxValidity', seconds: 600n },
      { type: 'MaxValidity', seconds: 599n },
    ],
  ];
  test.each(cases.map(([fits, other]) => [fits.type, fits, other] as const))('%s', (_, fits, other) => {
    expect(clear([fits], request)).toEqual({ allowed: true });
    expect(clear([fits, other], request)).toMatchObject({
      allowed: false,
      refusals: [{ caveat: other, code: 'unauthorized' }],
    });
    expect(clear([fits], nobody)).toMatchObject({ allowed: false, refusals: [{ code: 'unauthorized' }] });
  });

  test('a window is asked, other restrictions refuse, a fact about the user does not', () => {
    expect(
      clear(
        [
          { type: 'ValidityWindow', notBefore: 0n, notAfter: 2000n },
          { type: 'FlyioUserID', id: 9n },
          { type: 'IsUser', id: 9n },
        ],
        request,
      ),
    ).toEqual({ allowed: true });
    for (const caveat of [
      { type: 'Action', mask: 31 },
      { type: 'NoTty' },
      { type: 'IfPresent', ifs: [], else: 31 },
    ] as const) {
      expect(clear([caveat], request)).toMatchObject({ refusals: [{ code: 'invalid-access' }] });
    }
  });

  test('a binding and an attestation refuse when asked directly', () => {
    const access = { kind: 'access', action: 0, now: 0, orgId: 1n } as const;
    expect(prohibits({ type: 'BindToParentToken', digest: new Uint8Array(16) }, access)).toMatchObject({
      code: 'bad-caveat',
    });
    for (const type of ['FlyioUserID', 'GitHubUserID', 'GoogleUserID'] as const) {
      expect(prohibits({ type, id: 1n }, access)).toMatchObject({ code: 'bad-caveat' });
    }
    expect(
      prohibits({ type: 'Organization', id: 1n, mask: 1 }, { ...access, orgId: undefined } as never),
    ).toMatchObject({ code: 'resource-unspecified' });
  });
});
