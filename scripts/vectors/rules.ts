/** What each caveat allows and refuses: the rows of the clearing rules, both ways, and with the fact absent. */
import { ACTION, type Access, type Caveat, type CommandTemplate, type RefusalCode } from '@postern/token';
import { APPS, COMMANDS, MACHINE_EXEC, NOW, ORG, WINDOW } from './common.ts';

export type Change = { readonly [K in keyof Access]?: Access[K] | undefined };

export interface Rule {
  readonly name: string;
  readonly caveats: readonly Caveat[];
  /** Changes of {@link EXEC} that clear. */
  readonly allow: readonly Change[];
  /** Changes that do not, with the code of the first refusal. */
  readonly deny: readonly (readonly [Change, RefusalCode])[];
}

const MACHINE = '7811701f564258';
export const EXEC: Access = {
  kind: 'access',
  action: ACTION.w,
  now: NOW,
  orgId: 4721n,
  appId: 8910n,
  machine: MACHINE,
  command: ['ls', '-l', '/tmp'],
  sourceAddress: '10.1.2.3',
  stdin: false,
  tty: false,
  timeoutSeconds: 60,
  outputBytes: 1_000_000,
  envNames: [],
  user: 'app',
  cwd: '/srv/app',
};
/** Turns the exec into a request about something else. */
const bare: Change = { machine: undefined, command: undefined };
const noExec: Change = { command: undefined };

const restricted = (name: string, caveat: Caveat, allow: Rule['allow'], deny: Rule['deny']): Rule => ({
  name,
  caveats: [ORG, caveat],
  allow,
  deny,
});

const set = (
  type: 'Machines' | 'Volumes' | 'FeatureSet',
  ...entries: readonly [string, number][]
): Caveat => ({
  type,
  set: entries.map(([id, mask]) => ({ id, mask })),
});

const template = (...words: CommandTemplate['words']): CommandTemplate => ({ words });
const lit = (text: string): CommandTemplate['words'][number] => ({ kind: 'literal', text });
const RESTART = template(lit('systemctl'), lit('restart'), { kind: 'one-of', texts: ['web', 'worker'] });
const LOGS = template(lit('journalctl'), lit('-u'), lit('web'), lit('-n'), {
  kind: 'integer',
  least: 1n,
  most: 1000n,
});
const MIGRATE: CommandTemplate = {
  words: [lit('rake'), { kind: 'pattern', pattern: 'db:[a-z_]{1,20}' }],
  tail: { word: { kind: 'pattern', pattern: '[A-Z]+=[0-9]*' }, most: 2 },
};

const commands = (...list: readonly (readonly string[])[]): readonly Change[] =>
  list.map((command) => ({ command }));
const notCommands = (...list: readonly (readonly string[])[]): Rule['deny'] =>
  list.map((command) => [{ command }, 'for-resource']);

export const RULES: readonly Rule[] = [
  {
    name: 'machine-exec token',
    caveats: MACHINE_EXEC,
    allow: [
      {},
      { command: ['ls', '-l'] },
      { command: ['uptime'] },
      { ...noExec, action: ACTION.r },
      { ...noExec, action: 0 },
    ],
    deny: [
      ...notCommands(
        ['ls'],
        ['ls', '-la'],
        ['ls -l'],
        ['uptime', '-p'],
        ['Uptime'],
        ['uptime', ''],
        ['ls', '-l/tmp'],
        [],
        [''],
        ['/bin/ls', '-l'],
        ['sh', '-c', 'ls -l'],
      ),
      [noExec, 'for-action'],
      [{ orgId: 4722n }, 'for-resource'],
      [{ appId: 8911n }, 'for-resource'],
      [{ now: 1_769_817_600_001 }, 'expired'],
      [{ now: 1_767_225_599_999 }, 'not-yet-valid'],
      [{ orgId: undefined }, 'resource-unspecified'],
    ],
  },
  {
    name: 'structure of the request',
    caveats: [ORG],
    allow: [
      bare,
      { ...bare, appId: undefined },
      { ...bare, appId: undefined, feature: 'litefs-cloud', cluster: 'c' },
    ],
    deny: [
      [{ orgId: undefined }, 'resource-unspecified'],
      [{ feature: 'wg' }, 'mutually-exclusive'],
      [{ storageObject: 'x' }, 'mutually-exclusive'],
      [{ appId: undefined }, 'resource-unspecified'],
      [{ volume: 'v' }, 'mutually-exclusive'],
      [{ appFeature: 'f' }, 'mutually-exclusive'],
      [{ cluster: 'c' }, 'resource-unspecified'],
      [{ ...bare, appId: undefined, feature: 'wg', cluster: 'c' }, 'invalid-access'],
      [{ machine: undefined }, 'resource-unspecified'],
      [{ ...bare, machineFeature: 'f' }, 'resource-unspecified'],
      [{ machineFeature: 'f' }, 'mutually-exclusive'],
      [{ ...bare, appId: undefined, feature: 'wg', storageObject: 'x' }, 'mutually-exclusive'],
      [{ ...bare, appId: undefined, volume: 'v' }, 'resource-unspecified'],
      [{ ...bare, appId: undefined, appFeature: 'f' }, 'resource-unspecified'],
      [{ ...bare, volume: 'v', appFeature: 'f' }, 'mutually-exclusive'],
    ],
  },
  {
    name: 'structure of the request, the first failure wins',
    caveats: [ORG],
    allow: [],
    deny: [
      [{ orgId: undefined, feature: 'wg' }, 'resource-unspecified'],
      [{ appId: undefined, feature: 'wg', storageObject: 'x' }, 'mutually-exclusive'],
      [{ appId: undefined, volume: 'v' }, 'resource-unspecified'],
      [{ volume: 'v', cluster: 'c' }, 'mutually-exclusive'],
      [{ ...bare, appId: undefined, feature: 'wg', cluster: 'c', machineFeature: 'f' }, 'invalid-access'],
      [{ machine: undefined, appId: undefined, feature: 'wg', cluster: 'c' }, 'invalid-access'],
      [{ machine: undefined, machineFeature: 'f' }, 'resource-unspecified'],
    ],
  },
  {
    name: 'no organization',
    caveats: [APPS],
    allow: [],
    deny: [
      [{}, 'bad-caveat'],
      [{ orgId: undefined }, 'resource-unspecified'],
    ],
  },
  { name: 'no caveat', caveats: [], allow: [], deny: [[{}, 'bad-caveat']] },
  {
    name: 'any organization',
    caveats: [{ type: 'Organization', id: 0n, mask: 3 }],
    allow: [{}, { orgId: 1n }, { orgId: 0n }, { action: 0 }],
    deny: [
      [{ action: ACTION.C }, 'for-action'],
      [{ action: 0x8000 }, 'for-action'],
    ],
  },
  restricted(
    'Apps',
    {
      type: 'Apps',
      apps: [
        { id: 456n, mask: 1 },
        { id: 8910n, mask: 3 },
      ],
    },
    [{}],
    [
      [{ appId: 456n }, 'for-action'],
      [{ appId: 1n }, 'for-resource'],
      [{ action: 4 }, 'for-action'],
      [{ ...bare, appId: undefined }, 'resource-unspecified'],
      [{ appId: 0n }, 'for-resource'],
    ],
  ),
  restricted(
    'Apps any',
    { type: 'Apps', apps: [{ id: 0n, mask: 31 }] },
    [{}, { appId: 0n }, { appId: 5n }],
    [],
  ),
  restricted(
    'Apps none',
    { type: 'Apps', apps: [] },
    [],
    [
      [{}, 'for-resource'],
      [{ ...bare, appId: undefined }, 'resource-unspecified'],
    ],
  ),
  restricted(
    'Apps any and one',
    {
      type: 'Apps',
      apps: [
        { id: 0n, mask: 31 },
        { id: 8910n, mask: 31 },
      ],
    },
    [],
    [
      [{}, 'bad-caveat'],
      [{ ...bare, appId: undefined }, 'bad-caveat'],
    ],
  ),
  restricted(
    'Machines',
    set('Machines', [MACHINE, 2]),
    [{}, { action: 0 }],
    [
      [{ machine: 'other' }, 'for-resource'],
      [{ machine: `${MACHINE}0` }, 'for-resource'],
      [{ machine: '' }, 'for-resource'],
      [{ action: 1 }, 'for-action'],
      [bare, 'resource-unspecified'],
    ],
  ),
  restricted(
    'Machines any',
    set('Machines', ['', 3]),
    [{}, { machine: '' }, { machine: 'other' }],
    [
      [{ action: ACTION.d }, 'for-action'],
      [bare, 'resource-unspecified'],
    ],
  ),
  restricted(
    'Machines any and one',
    set('Machines', ['', 31], ['a', 31]),
    [],
    [
      [{}, 'bad-caveat'],
      [bare, 'bad-caveat'],
    ],
  ),
  restricted(
    'Machines none, in IfPresent: no machine at all',
    { type: 'IfPresent', ifs: [set('Machines')], else: 2 },
    [bare],
    [[{}, 'for-resource']],
  ),
  restricted(
    'Machines any and one, in IfPresent',
    { type: 'IfPresent', ifs: [set('Machines', ['', 31], ['a', 31])], else: 31 },
    [],
    [[bare, 'bad-caveat']],
  ),
  restricted(
    'Volumes',
    set('Volumes', ['vol_1', 3]),
    [{ ...bare, volume: 'vol_1' }],
    [
      [{ ...bare, volume: 'vol_1', action: ACTION.d }, 'for-action'],
      [{ ...bare, volume: 'vol_12' }, 'for-resource'],
      [{ ...bare, volume: 'vol_2' }, 'for-resource'],
      [{}, 'resource-unspecified'],
    ],
  ),
  restricted(
    'FeatureSet',
    set('FeatureSet', ['wg', 3]),
    [{ ...bare, appId: undefined, feature: 'wg' }],
    [
      [{ ...bare, appId: undefined, feature: 'wg', action: ACTION.d }, 'for-action'],
      [{ ...bare, appId: undefined, feature: 'wg2' }, 'for-resource'],
      [{ ...bare, appId: undefined, feature: 'billing' }, 'for-resource'],
      [{}, 'resource-unspecified'],
    ],
  ),
  restricted(
    'MachineFeatureSet',
    { type: 'MachineFeatureSet', set: [{ id: 'metadata', mask: 3 }] },
    [{ ...noExec, machineFeature: 'metadata' }],
    [
      [{ ...noExec, machineFeature: 'metadata', action: ACTION.d }, 'for-action'],
      [{ ...noExec, machineFeature: 'metadata2' }, 'for-resource'],
      [{ ...noExec, machineFeature: 'x' }, 'for-resource'],
      [{}, 'resource-unspecified'],
    ],
  ),
  restricted(
    'AppFeatureSet',
    { type: 'AppFeatureSet', set: [{ id: 'images', mask: 3 }] },
    [{ ...bare, appFeature: 'images' }],
    [
      [{ ...bare, appFeature: 'images', action: ACTION.d }, 'for-action'],
      [{ ...bare, appFeature: 'images2' }, 'for-resource'],
      [{ ...bare, appFeature: 'x' }, 'for-resource'],
      [{}, 'resource-unspecified'],
    ],
  ),
  restricted(
    'Clusters',
    { type: 'Clusters', set: [{ id: 'c1', mask: 3 }] },
    [{ ...bare, appId: undefined, feature: 'litefs-cloud', cluster: 'c1' }],
    [
      [{ ...bare, appId: undefined, feature: 'litefs-cloud', cluster: 'c1', action: ACTION.d }, 'for-action'],
      [{ ...bare, appId: undefined, feature: 'litefs-cloud', cluster: 'c12' }, 'for-resource'],
      [{ ...bare, appId: undefined, feature: 'litefs-cloud', cluster: 'c2' }, 'for-resource'],
      [{}, 'resource-unspecified'],
    ],
  ),
  restricted(
    'StorageObjects',
    {
      type: 'StorageObjects',
      set: [
        { id: 'a/', mask: 31 },
        { id: 'a/b', mask: 1 },
        { id: 'r/', mask: 1 },
        { id: 'r/w', mask: 31 },
      ],
    },
    [
      { ...bare, appId: undefined, storageObject: 'a/x' },
      { ...bare, appId: undefined, storageObject: 'a/bc', action: 1 },
    ],
    [
      [{ ...bare, appId: undefined, storageObject: 'b' }, 'for-resource'],
      [{ ...bare, appId: undefined, storageObject: 'a/bc' }, 'for-action'],
      [{ ...bare, appId: undefined, storageObject: 'r/w' }, 'for-action'],
      [{ ...bare, appId: undefined, storageObject: 'a' }, 'for-resource'],
      [{ ...bare, appId: undefined, storageObject: '' }, 'for-resource'],
      [{}, 'resource-unspecified'],
    ],
  ),
  restricted(
    'StorageObjects any',
    { type: 'StorageObjects', set: [{ id: '', mask: 3 }] },
    [
      { ...bare, appId: undefined, storageObject: 'x' },
      { ...bare, appId: undefined, storageObject: '' },
    ],
    [[{ ...bare, appId: undefined, storageObject: 'x', action: ACTION.d }, 'for-action']],
  ),
  restricted(
    'ValidityWindow',
    WINDOW,
    [{ now: 1_767_225_600_000 }, { now: 1_769_817_600_000 }],
    [
      [{ now: 1_769_817_600_001 }, 'expired'],
      [{ now: 1_767_225_599_999 }, 'not-yet-valid'],
      [{ now: 9e15 }, 'expired'],
    ],
  ),
  restricted(
    'ValidityWindow the wrong way round',
    { type: 'ValidityWindow', notBefore: 1_769_817_600n, notAfter: 1_767_225_600n },
    [],
    [[{}, 'expired']],
  ),
  restricted(
    'Mutations',
    { type: 'Mutations', mutations: ['addCert', 'b'] },
    [{ mutation: 'addCert' }, { mutation: 'b' }],
    [
      [{ mutation: 'addCert2' }, 'for-resource'],
      [{ mutation: '' }, 'for-resource'],
      [{ mutation: 'addcert' }, 'for-resource'],
      [{}, 'resource-unspecified'],
    ],
  ),
  restricted(
    'Commands',
    COMMANDS,
    [{}],
    [
      [{ command: ['ls'] }, 'for-resource'],
      [noExec, 'resource-unspecified'],
    ],
  ),
  restricted(
    'Commands any',
    { type: 'Commands', commands: [{ args: [], exact: false }] },
    commands(['x'], [], ['sh', '-c', 'id']),
    [[noExec, 'resource-unspecified']],
  ),
  restricted('Commands none', { type: 'Commands', commands: [] }, [], notCommands(['x'], [])),
  restricted(
    'Commands only the empty one',
    { type: 'Commands', commands: [{ args: [], exact: true }] },
    commands([]),
    notCommands(['x'], ['']),
  ),
  restricted(
    'Commands are words',
    { type: 'Commands', commands: [{ args: ['npm', 'run', 'test'], exact: false }] },
    commands(['npm', 'run', 'test'], ['npm', 'run', 'test', '; id'], ['npm', 'run', 'test', '$(id)']),
    notCommands(
      ['npm', 'run', 'test:e2e'],
      ['npm run test'],
      ['npm', 'run', 'test '],
      ['npm', 'run', 'test\u00a0'],
      ['NPM', 'run', 'test'],
      ['npm', '', 'run', 'test'],
    ),
  ),
  restricted(
    'Commands with text beyond ASCII',
    { type: 'Commands', commands: [{ args: ['caf\u00e9', '\u{1f600}'], exact: true }] },
    commands(['caf\u00e9', '\u{1f600}']),
    notCommands(['cafe\u0301', '\u{1f600}'], ['caf\u00e9', '\ufffd']),
  ),
  restricted(
    'Action',
    { type: 'Action', mask: 3 },
    [{}, { action: 0 }, { ...bare, appId: undefined }],
    [[{ action: 18 }, 'for-action']],
  ),
  restricted('Action of no bits', { type: 'Action', mask: 0 }, [{ action: 0 }], [[{}, 'for-action']]),
  {
    name: 'all 16 bits',
    caveats: [
      { type: 'Organization', id: 4721n, mask: 0xffff },
      { type: 'Action', mask: 0xffff },
    ],
    allow: [{ action: 0xffff }],
    deny: [],
  },
  restricted(
    'FromMachineSource',
    { type: 'FromMachineSource', id: 'm1' },
    [{ sourceMachine: 'm1' }],
    [
      [{ sourceMachine: 'm2' }, 'unauthorized'],
      [{}, 'invalid-access'],
    ],
  ),
  restricted(
    'FlySrc',
    { type: 'FlySrc', organization: 'o', app: 'a', instance: '' },
    [{ sourceOrganization: 'o', sourceApp: 'a' }],
    [
      [{ sourceOrganization: 'o' }, 'invalid-access'],
      [{ sourceOrganization: 'o', sourceApp: 'b' }, 'unauthorized'],
      [{ sourceApp: 'a' }, 'invalid-access'],
    ],
  ),
  restricted(
    'FromMachineSource without a name',
    { type: 'FromMachineSource', id: '' },
    [{ sourceMachine: '' }],
    [
      [{ sourceMachine: 'm1' }, 'unauthorized'],
      [{}, 'invalid-access'],
    ],
  ),
  restricted(
    'FlySrc asks for the instance, then the app, then the organization',
    { type: 'FlySrc', organization: 'o', app: 'a', instance: 'i' },
    [{ sourceOrganization: 'o', sourceApp: 'a', sourceMachine: 'i' }],
    [
      [{ sourceMachine: 'j' }, 'unauthorized'],
      [{ sourceApp: 'b' }, 'invalid-access'],
      [{ sourceMachine: 'i', sourceApp: 'b' }, 'unauthorized'],
      [{ sourceMachine: 'i', sourceOrganization: 'p' }, 'invalid-access'],
      [{ sourceMachine: 'i', sourceApp: 'a', sourceOrganization: 'p' }, 'unauthorized'],
      [{ sourceMachine: 'i', sourceApp: 'a' }, 'invalid-access'],
    ],
  ),
  restricted(
    'a source in IfPresent takes the branch',
    { type: 'IfPresent', ifs: [{ type: 'FromMachineSource', id: 'm1' }], else: 31 },
    [{ sourceMachine: 'm1' }],
    [[{}, 'invalid-access']],
  ),
  restricted('FlySrc of nothing', { type: 'FlySrc', organization: '', app: '', instance: '' }, [{}], []),
  restricted('IsMember', { type: 'IsMember' }, [{}, noExec, bare], []),
  ...(
    [
      ['wg', 31],
      ['domain', 31],
      ['site', 31],
      ['builder', 31],
      ['addon', 31],
      ['checks', 31],
      ['litefs-cloud', 31],
      ['membership', 1],
      ['billing', 1],
      ['authentication', 1],
      ['deletion', 0],
      ['document_signing', 0],
    ] as const
  ).map(([feature, mask]) => {
    const asked = (action: number): Change => ({ ...bare, appId: undefined, feature, action });
    const beyond = mask === 31 ? 0x20 : mask + 1;
    return {
      name: `a member and the feature ${feature}`,
      caveats: [{ type: 'Organization', id: 4721n, mask: 0xffff }, { type: 'IsMember' }],
      allow: [asked(mask), asked(0)],
      deny: [[asked(beyond), 'for-role']],
    } satisfies Rule;
  }),
  restricted(
    'a member and a feature nobody knows',
    { type: 'IsMember' },
    [],
    [
      [{ ...bare, appId: undefined, feature: 'unheard-of', action: 0 }, 'for-role'],
      [{ ...bare, appId: undefined, feature: '', action: 0 }, 'for-role'],
      [{ ...bare, appId: undefined, feature: '__proto__', action: 0 }, 'for-role'],
    ],
  ),
  restricted('AllowedRoles none', { type: 'AllowedRoles', roles: 0 }, [], [[{ action: 0 }, 'for-role']]),
  restricted('AllowedRoles billing manager', { type: 'AllowedRoles', roles: 2 }, [], [[{}, 'for-role']]),
  restricted('AllowedRoles member among others', { type: 'AllowedRoles', roles: 3 }, [{}], []),
  restricted(
    'AllowedRoles admin',
    { type: 'AllowedRoles', roles: 0xffff_ffff },
    [{}, { ...bare, appId: undefined, feature: 'deletion' }],
    [],
  ),
  restricted(
    'AllowedRoles admin but for a bit',
    { type: 'AllowedRoles', roles: 0x7fff_ffff },
    [{}],
    [[{ ...bare, appId: undefined, feature: 'deletion' }, 'for-role']],
  ),
  restricted('IsUser restricts nothing', { type: 'IsUser', id: 1n }, [{}], []),
  restricted(
    'discharge caveats refuse an access: ConfineUser',
    { type: 'ConfineUser', id: 1n },
    [],
    [[{}, 'invalid-access']],
  ),
  restricted(
    'discharge caveats refuse an access: ConfineOrganization',
    { type: 'ConfineOrganization', id: 4721n },
    [],
    [[{}, 'invalid-access']],
  ),
  restricted(
    'discharge caveats refuse an access: ConfineGoogleHD',
    { type: 'ConfineGoogleHD', domain: 'example.com' },
    [],
    [[{}, 'invalid-access']],
  ),
  restricted(
    'discharge caveats refuse an access: ConfineGitHubOrg',
    { type: 'ConfineGitHubOrg', id: 1n },
    [],
    [[{}, 'invalid-access']],
  ),
  restricted(
    'discharge caveats refuse an access: MaxValidity',
    { type: 'MaxValidity', seconds: 600n },
    [],
    [[{}, 'invalid-access']],
  ),
  restricted(
    'unknown type',
    { type: 'Unknown', number: 2n ** 48n + 2n, body: Uint8Array.of(0x7b) },
    [],
    [[{}, 'bad-caveat']],
  ),
  restricted(
    'unknown type in IfPresent',
    { type: 'IfPresent', ifs: [{ type: 'Unknown', number: 1n, body: Uint8Array.of(0xc0) }], else: 31 },
    [],
    [[{}, 'bad-caveat']],
  ),
  restricted(
    '3P in IfPresent',
    {
      type: 'IfPresent',
      ifs: [{ type: '3P', location: 'l', verifierKey: new Uint8Array(60), ticket: new Uint8Array(64) }],
      else: 31,
    },
    [],
    [[{}, 'bad-caveat']],
  ),
  restricted(
    'a binding in IfPresent',
    { type: 'IfPresent', ifs: [{ type: 'BindToParentToken', digest: new Uint8Array(16) }], else: 31 },
    [],
    [[{}, 'bad-caveat']],
  ),
  restricted(
    'an attestation in IfPresent',
    { type: 'IfPresent', ifs: [{ type: 'FlyioUserID', id: 1n }], else: 31 },
    [],
    [[{}, 'bad-caveat']],
  ),
  restricted(
    'a sign-in caveat in IfPresent',
    { type: 'IfPresent', ifs: [{ type: 'ConfineUser', id: 1n }], else: 31 },
    [],
    [[{}, 'invalid-access']],
  ),
  restricted(
    'IfPresent empty',
    { type: 'IfPresent', ifs: [], else: 2 },
    [{}],
    [[{ action: 1 }, 'for-action']],
  ),
  restricted(
    'IfPresent relevant and allowing ignores else',
    { type: 'IfPresent', ifs: [COMMANDS], else: 0 },
    [{}],
    [[noExec, 'for-action']],
  ),
  restricted(
    'IfPresent with two, one relevant',
    { type: 'IfPresent', ifs: [COMMANDS, set('Volumes', ['v', 31])], else: 1 },
    [{}],
    [
      [{ command: ['id'] }, 'for-resource'],
      [{ ...bare, action: 2 }, 'for-action'],
      [{ ...bare, volume: 'w' }, 'for-resource'],
    ],
  ),
  restricted(
    'IfPresent with two, both relevant',
    { type: 'IfPresent', ifs: [COMMANDS, set('Machines', [MACHINE, 31])], else: 1 },
    [{}],
    [
      [{ machine: 'other' }, 'for-resource'],
      [{ command: ['id'] }, 'for-resource'],
    ],
  ),
  restricted(
    'IfPresent with a window is always taken',
    { type: 'IfPresent', ifs: [WINDOW, COMMANDS], else: 0 },
    [noExec],
    [[{ now: 1_800_000_000_000 }, 'expired']],
  ),
  restricted(
    'IfPresent nested takes the outer branch',
    { type: 'IfPresent', ifs: [{ type: 'IfPresent', ifs: [COMMANDS], else: 1 }], else: 31 },
    [{}],
    [
      [noExec, 'for-action'],
      [{ command: ['id'] }, 'for-resource'],
    ],
  ),
  restricted(
    'SourceAddress',
    { type: 'SourceAddress', networks: ['10.0.0.0/8', '192.0.2.7/32', '2001:db8::/32'] },
    [
      {},
      { sourceAddress: '::ffff:10.9.9.9' },
      { sourceAddress: '192.0.2.7' },
      { sourceAddress: '2001:db8:1::5' },
      { ...bare, appId: undefined },
    ],
    [
      [{ sourceAddress: '11.0.0.1' }, 'unauthorized'],
      [{ sourceAddress: '192.0.2.8' }, 'unauthorized'],
      [{ sourceAddress: '2001:db9::1' }, 'unauthorized'],
      [{ sourceAddress: '::10.0.0.1' }, 'unauthorized'],
      [{ sourceAddress: undefined }, 'invalid-access'],
      [{ sourceAddress: 'localhost' }, 'invalid-access'],
      [{ sourceAddress: '10.1' }, 'invalid-access'],
      [{ sourceAddress: '10.0.0.256' }, 'invalid-access'],
      [{ sourceAddress: '010.0.0.1' }, 'invalid-access'],
      [{ sourceAddress: '10.0.0.1 ' }, 'invalid-access'],
      [{ sourceAddress: 'fe80::1%eth0' }, 'invalid-access'],
      [{ sourceAddress: '1:2:3:4:5:6:7:8::' }, 'invalid-access'],
      [{ sourceAddress: '' }, 'invalid-access'],
      [{ sourceAddress: 'zz::1' }, 'invalid-access'],
      [{ sourceAddress: '1:2:3:4:5:6:7' }, 'invalid-access'],
      [{ sourceAddress: '1:2:3:4:5:6:7:8' }, 'unauthorized'],
      [{ sourceAddress: '1::zz' }, 'invalid-access'],
    ],
  ),
  restricted('SourceAddress of nothing', { type: 'SourceAddress', networks: [] }, [], [[{}, 'unauthorized']]),
  restricted(
    'SourceAddress of everything',
    { type: 'SourceAddress', networks: ['0.0.0.0/0', '::/0'] },
    [{}, { sourceAddress: '::1' }],
    [[{ sourceAddress: undefined }, 'invalid-access']],
  ),
  restricted(
    'SourceAddress odd prefix',
    { type: 'SourceAddress', networks: ['172.16.0.0/12'] },
    [{ sourceAddress: '172.31.255.255' }],
    [[{ sourceAddress: '172.32.0.0' }, 'unauthorized']],
  ),
  restricted(
    'NoStdin',
    { type: 'NoStdin' },
    [{}],
    [
      [{ stdin: true }, 'unauthorized'],
      [{ stdin: undefined }, 'invalid-access'],
      [noExec, 'resource-unspecified'],
    ],
  ),
  restricted(
    'NoTty',
    { type: 'NoTty' },
    [{}],
    [
      [{ tty: true }, 'unauthorized'],
      [{ tty: undefined }, 'invalid-access'],
      [noExec, 'resource-unspecified'],
    ],
  ),
  restricted(
    'MaxTimeout',
    { type: 'MaxTimeout', seconds: 60n },
    [{}, { timeoutSeconds: 0.5 }],
    [
      [{ timeoutSeconds: 60.001 }, 'unauthorized'],
      [{ timeoutSeconds: undefined }, 'invalid-access'],
      [noExec, 'resource-unspecified'],
    ],
  ),
  restricted(
    'MaxOutput',
    { type: 'MaxOutput', bytes: 1_000_000n },
    [{}],
    [
      [{ outputBytes: 1_000_001 }, 'unauthorized'],
      [{ outputBytes: undefined }, 'invalid-access'],
      [noExec, 'resource-unspecified'],
    ],
  ),
  restricted(
    'EnvNames',
    { type: 'EnvNames', names: ['LANG', 'RAILS_ENV'] },
    [{}, { envNames: ['LANG'] }, { envNames: ['RAILS_ENV', 'LANG', 'LANG'] }],
    [
      [{ envNames: ['PATH'] }, 'unauthorized'],
      [{ envNames: ['LANG', 'LD_PRELOAD'] }, 'unauthorized'],
      [{ envNames: ['lang'] }, 'unauthorized'],
      [{ envNames: [''] }, 'unauthorized'],
      [{ envNames: ['__proto__'] }, 'unauthorized'],
      [{ envNames: undefined }, 'invalid-access'],
      [noExec, 'resource-unspecified'],
    ],
  ),
  restricted(
    'EnvNames of nothing',
    { type: 'EnvNames', names: [] },
    [{}],
    [[{ envNames: ['A'] }, 'unauthorized']],
  ),
  restricted(
    'RunAsUsers',
    { type: 'RunAsUsers', names: ['app', 'www-data'] },
    [{}, { user: 'www-data' }],
    [
      [{ user: 'root' }, 'unauthorized'],
      [{ user: '' }, 'unauthorized'],
      [{ user: 'app:root' }, 'unauthorized'],
      [{ user: undefined }, 'invalid-access'],
      [noExec, 'resource-unspecified'],
    ],
  ),
  restricted(
    'WorkingDirectories',
    { type: 'WorkingDirectories', names: ['/srv/app'] },
    [{}],
    [
      [{ cwd: '/srv/app/' }, 'unauthorized'],
      [{ cwd: '/srv/app/..' }, 'unauthorized'],
      [{ cwd: '/srv/app/sub' }, 'unauthorized'],
      [{ cwd: '/' }, 'unauthorized'],
      [{ cwd: undefined }, 'invalid-access'],
      [noExec, 'resource-unspecified'],
    ],
  ),
  restricted(
    'CommandTemplates',
    { type: 'CommandTemplates', templates: [RESTART, LOGS, MIGRATE] },
    commands(
      ['systemctl', 'restart', 'web'],
      ['systemctl', 'restart', 'worker'],
      ['journalctl', '-u', 'web', '-n', '1'],
      ['journalctl', '-u', 'web', '-n', '1000'],
      ['rake', 'db:migrate'],
      ['rake', 'db:migrate', 'VERSION=2'],
      ['rake', 'db:migrate', 'A=', 'B=0'],
    ),
    [
      ...notCommands(
        ['systemctl', 'restart'],
        ['systemctl', 'restart', 'db'],
        ['systemctl', 'restart', 'web', 'worker'],
        ['systemctl', 'stop', 'web'],
        ['systemctl', 'restart', 'web '],
        ['journalctl', '-u', 'web', '-n', '0'],
        ['journalctl', '-u', 'web', '-n', '1001'],
        ['journalctl', '-u', 'web', '-n', '01'],
        ['journalctl', '-u', 'web', '-n', '+1'],
        ['journalctl', '-u', 'web', '-n', '1e2'],
        ['journalctl', '-u', 'web', '-n', '-1'],
        ['journalctl', '-u', 'web', '-n', '99999999999999999999'],
        ['journalctl', '-u', 'web', '-n', ''],
        ['rake', 'db:'],
        ['rake', 'db:migrate\n'],
        ['rake', 'xdb:migrate'],
        ['rake', 'db:abcdefghijklmnopqrstu'],
        ['rake', 'db:migrate', 'V=1', 'W=2', 'X=3'],
        ['rake', 'db:migrate', '-f'],
        [],
      ),
      [noExec, 'resource-unspecified'],
    ],
  ),
  restricted(
    'CommandTemplates: options must be asked for',
    {
      type: 'CommandTemplates',
      templates: [
        { words: [lit('cat')], tail: { word: { kind: 'pattern', pattern: '.+' }, most: 4 } },
        template(lit('ls'), { kind: 'pattern', pattern: '-[la]{1,2}' }),
        template(lit('seq'), { kind: 'integer', least: -5n, most: 5n }),
        template(lit('optional'), { kind: 'pattern', pattern: '-?[a-z]+' }),
        template(lit('class'), { kind: 'pattern', pattern: '[a-][a-z-]+' }),
      ],
    },
    commands(
      ['cat'],
      ['cat', 'a', 'b'],
      ['ls', '-la'],
      ['seq', '-5'],
      ['seq', '0'],
      ['optional', 'x'],
      ['class', 'a-x'],
    ),
    notCommands(
      ['optional', '-x'],
      ['class', '-x'],
      ['class', '--'],
      ['cat', '-A'],
      ['cat', '--'],
      ['cat', 'a', '-n'],
      ['cat', '\u0000'],
      ['ls', '-lr'],
      ['ls', '-'],
      ['seq', '-0'],
      ['seq', '-6'],
    ),
  ),
  restricted(
    'CommandTemplates: what patterns say',
    {
      type: 'CommandTemplates',
      templates: ['[a-c_-]+', 'x?y{2}z*', '\\.[^/]{2,}', 'caf\u00e9.', '\u{1f600}+'].map((pattern) =>
        template(lit('p'), { kind: 'pattern', pattern }),
      ),
    },
    commands(
      ['p', 'a-_c'],
      ['p', 'yy'],
      ['p', 'xyyzzz'],
      ['p', '.ab'],
      ['p', 'caf\u00e9s'],
      ['p', '\u{1f600}\u{1f600}'],
      ['p', 'a'],
      ['p', 'a'.repeat(512)],
    ),
    notCommands(
      ['p', ''],
      ['p', 'd'],
      ['p', 'y'],
      ['p', 'yyy'],
      ['p', 'xxyy'],
      ['p', '.a'],
      ['p', '.a/b'],
      ['p', 'caf\u00e9'],
      ['p', 'cafe\u0301s'],
      ['p', '\u{1f600}x'],
      ['p', '.ab\u007f'],
      ['p', '.ab\u0085'],
      ['p', 'a'.repeat(513)],
      ['p', '\u{1f600}'.repeat(513)],
      ['p', 'a'.repeat(1025)],
    ),
  ),
  restricted(
    'CommandTemplates: whole numbers of 64 bits',
    {
      type: 'CommandTemplates',
      templates: [
        template(lit('n'), { kind: 'integer', least: -(2n ** 63n), most: 2n ** 63n - 1n }),
        template(lit('one'), { kind: 'integer', least: 7n, most: 7n }),
      ],
    },
    commands(['n', '9223372036854775807'], ['n', '-9223372036854775808'], ['n', '0'], ['one', '7']),
    notCommands(
      ['n', '9223372036854775808'],
      ['n', '-9223372036854775809'],
      ['n', '-0'],
      ['n', '00'],
      ['n', ' 1'],
      ['n', '1.0'],
      ['n', '\u0661'],
      ['one', '6'],
      ['one', '8'],
    ),
  ),
  restricted('CommandTemplates none', { type: 'CommandTemplates', templates: [] }, [], notCommands(['x'])),
  restricted(
    'restrictions beside Commands in IfPresent',
    {
      type: 'IfPresent',
      ifs: [
        COMMANDS,
        { type: 'NoStdin' },
        { type: 'NoTty' },
        { type: 'MaxTimeout', seconds: 60n },
        { type: 'RunAsUsers', names: ['app'] },
      ],
      else: 1,
    },
    [{}, { ...noExec, action: 1 }, { ...noExec, action: 1, stdin: undefined }],
    [
      [{ stdin: true }, 'unauthorized'],
      [{ tty: undefined }, 'invalid-access'],
      [{ user: 'root' }, 'unauthorized'],
      [noExec, 'for-action'],
    ],
  ),
];
