/** The group ticket: what a third party finds in a ticket, and what its caveats say of who has signed in. */
import {
  caveatsToJson,
  encodeCaveats,
  type Caveat,
  type DischargeRequest,
  type Json,
  type RefusalCode,
} from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { APPS, AUTH, COMMANDS, hex, OTHER_KEY, ORG, SHARED, unhex, type Vector } from './common.ts';

const SEAL_NONCE = unhex('101112131415161718191a1b');
const DISCHARGE_KEY = '80'.repeat(32);

function seal(plaintext: string): string {
  return hex(SEAL_NONCE) + hex(nodeCrypto.seal(SHARED, SEAL_NONCE, unhex(plaintext)));
}

/** Bytes that are no ticket, and whether the shared key opens them. */
function broken(): readonly (readonly [name: string, ticket: string, opens: 'sealed' | 'malformed'])[] {
  const good = seal(`92c420${DISCHARGE_KEY}90`);
  return [
    ['of no bytes', '', 'sealed'],
    ['of a nonce alone', hex(SEAL_NONCE), 'sealed'],
    ['of 13 bytes', `${hex(SEAL_NONCE)}00`, 'sealed'],
    ['cut off', good.slice(0, -2), 'sealed'],
    ['with a byte after its end', `${good}00`, 'sealed'],
    ['with a bit flipped in its nonce', `11${good.slice(2)}`, 'sealed'],
    ['with a bit flipped in its text', `${good.slice(0, 24)}00${good.slice(26)}`, 'sealed'],
    [
      'sealed with another key',
      hex(SEAL_NONCE) + hex(nodeCrypto.seal(OTHER_KEY, SEAL_NONCE, unhex('c0'))),
      'sealed',
    ],
    ['holding nothing', seal(''), 'malformed'],
    ['holding an absent value', seal('c0'), 'malformed'],
    ['without caveats', seal(`91c420${DISCHARGE_KEY}`), 'malformed'],
    ['with three parts', seal(`93c420${DISCHARGE_KEY}90c0`), 'malformed'],
    ['with absent caveats', seal(`92c420${DISCHARGE_KEY}c0`), 'malformed'],
    ['with a key of 31 bytes', seal(`92c41f${DISCHARGE_KEY.slice(2)}90`), 'malformed'],
    ['with a key of 33 bytes', seal(`92c421${DISCHARGE_KEY}8090`), 'malformed'],
    ['with a key that is a string', seal(`92d920${'61'.repeat(32)}90`), 'malformed'],
    ['with a byte after its caveats', seal(`92c420${DISCHARGE_KEY}9000`), 'malformed'],
    ['with a caveat in a longer form', seal(`92c420${DISCHARGE_KEY}920991cc01`), 'malformed'],
  ];
}

const SIGNED_IN: DischargeRequest = {
  kind: 'discharge',
  now: 1_768_004_800_500,
  expiry: 1_768_005_400n,
  userId: 123n,
  organizationIds: [1n, 4721n],
  googleDomain: 'example.test',
  gitHubOrganizationIds: [987n],
};

type Change = { readonly [K in keyof DischargeRequest]?: DischargeRequest[K] | undefined };
interface Rule {
  readonly name: string;
  readonly caveats: readonly Caveat[];
  readonly allow: readonly Change[];
  readonly deny: readonly (readonly [Change, RefusalCode])[];
}
const always = (name: string, caveat: Caveat, code: RefusalCode): Rule => ({
  name,
  caveats: [caveat],
  allow: [],
  deny: [[{}, code]],
});

const RULES: readonly Rule[] = [
  { name: 'no caveat', caveats: [], allow: [{}, { userId: undefined }], deny: [] },
  {
    name: 'ConfineUser',
    caveats: [{ type: 'ConfineUser', id: 123n }],
    allow: [{}],
    deny: [
      [{ userId: 124n }, 'unauthorized'],
      [{ userId: undefined }, 'unauthorized'],
    ],
  },
  {
    name: 'ConfineOrganization',
    caveats: [{ type: 'ConfineOrganization', id: 4721n }],
    allow: [{}, { organizationIds: [4721n] }],
    deny: [
      [{ organizationIds: [1n, 2n] }, 'unauthorized'],
      [{ organizationIds: [] }, 'unauthorized'],
      [{ organizationIds: undefined }, 'unauthorized'],
    ],
  },
  {
    name: 'ConfineGoogleHD',
    caveats: [{ type: 'ConfineGoogleHD', domain: 'example.test' }],
    allow: [{}],
    deny: [
      [{ googleDomain: 'Example.test' }, 'unauthorized'],
      [{ googleDomain: 'sub.example.test' }, 'unauthorized'],
      [{ googleDomain: '' }, 'unauthorized'],
      [{ googleDomain: undefined }, 'unauthorized'],
    ],
  },
  {
    name: 'ConfineGitHubOrg',
    caveats: [{ type: 'ConfineGitHubOrg', id: 987n }],
    allow: [{}],
    deny: [
      [{ gitHubOrganizationIds: [986n] }, 'unauthorized'],
      [{ gitHubOrganizationIds: undefined }, 'unauthorized'],
    ],
  },
  {
    name: 'MaxValidity',
    caveats: [{ type: 'MaxValidity', seconds: 600n }],
    allow: [{}, { now: 1_768_004_800_000 }, { expiry: 0n }],
    deny: [
      [{ now: 1_768_004_799_999 }, 'unauthorized'],
      [{ expiry: 1_768_005_401n }, 'unauthorized'],
      [{ expiry: undefined }, 'unauthorized'],
    ],
  },
  {
    name: 'ValidityWindow',
    caveats: [{ type: 'ValidityWindow', notBefore: 1_768_004_800n, notAfter: 1_768_004_801n }],
    allow: [{}, { now: 1_768_004_801_000 }],
    deny: [
      [{ now: 1_768_004_801_001 }, 'expired'],
      [{ now: 1_768_004_799_999 }, 'not-yet-valid'],
    ],
  },
  {
    name: 'all must allow',
    caveats: [
      { type: 'ConfineUser', id: 123n },
      { type: 'ConfineOrganization', id: 1n },
    ],
    allow: [{}],
    deny: [[{ organizationIds: [4721n] }, 'unauthorized']],
  },
  {
    name: 'facts about a user restrict nothing',
    caveats: [
      { type: 'FlyioUserID', id: 1n },
      { type: 'IsUser', id: 1n },
    ],
    allow: [{}],
    deny: [],
  },
  ...(
    [
      ORG,
      APPS,
      COMMANDS,
      { type: 'Volumes', set: [{ id: '', mask: 31 }] },
      { type: 'FeatureSet', set: [{ id: '', mask: 31 }] },
      { type: 'Machines', set: [{ id: '', mask: 31 }] },
      { type: 'MachineFeatureSet', set: [{ id: '', mask: 31 }] },
      { type: 'Clusters', set: [{ id: '', mask: 31 }] },
      { type: 'AppFeatureSet', set: [{ id: '', mask: 31 }] },
      { type: 'StorageObjects', set: [{ id: '', mask: 31 }] },
      { type: 'Mutations', mutations: ['a'] },
      { type: 'IfPresent', ifs: [], else: 31 },
      { type: 'FromMachineSource', id: 'm' },
      { type: 'IsMember' },
      { type: 'Action', mask: 31 },
      { type: 'AllowedRoles', roles: 0xffff_ffff },
      { type: 'FlySrc', organization: '', app: '', instance: '' },
      { type: 'SourceAddress', networks: ['0.0.0.0/0'] },
      { type: 'NoStdin' },
      { type: 'NoTty' },
      { type: 'MaxTimeout', seconds: 1n },
      { type: 'MaxOutput', bytes: 1n },
      { type: 'EnvNames', names: [] },
      { type: 'RunAsUsers', names: [] },
      { type: 'WorkingDirectories', names: [] },
      { type: 'CommandTemplates', templates: [] },
    ] as const
  ).map((caveat) => always(`${caveat.type} is about an access`, caveat, 'invalid-access')),
  always('an unknown type', { type: 'Unknown', number: 99n, body: Uint8Array.of(0xc0) }, 'bad-caveat'),
  always('a binding', { type: 'BindToParentToken', digest: new Uint8Array(16) }, 'bad-caveat'),
  always(
    'a third-party caveat',
    { type: '3P', location: AUTH, verifierKey: new Uint8Array(60), ticket: new Uint8Array(64) },
    'bad-caveat',
  ),
];

function requestJson(request: Record<string, unknown>): Json {
  const entries = Object.entries(request).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Json;
}

const describeChange = (change: Change): string =>
  Object.entries(change)
    .map(([key, value]) => `${key} ${value === undefined ? 'absent' : String(value)}`)
    .join(', ') || 'as it is';

export function ticketVectors(): Vector[] {
  const vectors: Vector[] = broken().map(([name, ticket, opens]) => ({
    name: `ticket ${name}`,
    shared_hex: hex(SHARED),
    ticket_hex: ticket,
    opens,
  }));
  for (const { name, caveats, allow, deny } of RULES) {
    const plaintext = `92c420${DISCHARGE_KEY}${hex(encodeCaveats(caveats))}`;
    const cases = [...allow.map((change) => [change, undefined] as const), ...deny];
    for (const [change, code] of cases) {
      vectors.push({
        name: `${name}: ${describeChange(change)}`,
        shared_hex: hex(SHARED),
        ticket_hex: seal(plaintext),
        opens: 'ticket',
        discharge_key_hex: DISCHARGE_KEY,
        claims: caveatsToJson(caveats),
        request: requestJson({ ...SIGNED_IN, ...change }),
        ...(code === undefined ? {} : { code }),
      });
    }
  }
  return vectors;
}
