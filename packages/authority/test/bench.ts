/** An authority over a store in memory, with a clock that is set by hand. */
import { nodeCrypto } from '@postern/token/mac/node';
import { openMemoryStore } from '@postern/store/sqlite';
import type { AppRecord, MachineRecord, OrganizationRecord, Store } from '@postern/store';
import { openAuthority, type Authority, type Minted, type MintRequest, type Person } from '../src/index.ts';
import type { ExecPlan, ExecRequest } from '../src/index.ts';

export const LOCATION = 'https://api.fly.io/v1';
export const KEK: Uint8Array = new Uint8Array(32).fill(7);
export const FACTS = { stdin: false, tty: false, timeoutSeconds: 30, outputBytes: 1000, envNames: [] };
export const ORIGIN = { source: '192.0.2.1' };

export interface Bench {
  readonly store: Store;
  readonly authority: Authority;
  readonly clock: { now: number };
  readonly owner: Person;
  readonly stranger: Person;
  readonly organization: OrganizationRecord;
  readonly app: AppRecord;
  readonly otherApp: AppRecord;
  readonly machine: MachineRecord;
  mint(request?: Partial<MintRequest>): Promise<Minted>;
  run(header: string, argv: readonly string[], change?: { readonly app?: AppRecord }): Promise<ExecPlan>;
  ask(header: string, argv: readonly string[], change?: Partial<ExecRequest>): Promise<ExecPlan>;
  actions(): Promise<string[]>;
}

export async function setUp(): Promise<Bench> {
  const store = openMemoryStore();
  const clock = { now: 1_800_000_000_500 };
  const at = clock.now;
  await store.commit([
    { kind: 'user.insert', publicId: 'usr_o', email: 'owner@example.test', at },
    { kind: 'user.insert', publicId: 'usr_s', email: 'stranger@example.test', at },
    { kind: 'organization.insert', publicId: 'org_o', slug: 'acme', name: 'Acme', at },
    { kind: 'organization.insert', publicId: 'org_x', slug: 'other', name: 'Other', at },
    { kind: 'member.put-by-slug', slug: 'acme', userId: 1, role: 'admin', at },
    { kind: 'member.put-by-slug', slug: 'other', userId: 2, role: 'admin', at },
    { kind: 'app.insert', publicId: 'app_w', organizationId: 1, name: 'web', at },
    { kind: 'app.insert', publicId: 'app_b', organizationId: 1, name: 'back', at },
    {
      kind: 'machine.insert',
      machine: {
        id: '00000000000001',
        organizationId: 1,
        appId: 1,
        name: 'm',
        driver: '{}',
        agentId: null,
        createdAt: at,
      },
    },
  ]);
  const authority = await openAuthority({
    store,
    keyEncryptionKey: KEK,
    crypto: nodeCrypto,
    location: LOCATION,
    now: () => clock.now,
  });
  const organization = await store.findOrganization('acme');
  const app = await store.findApp('web');
  const otherApp = await store.findApp('back');
  const machine = await store.findMachine('00000000000001');
  if (organization === undefined || app === undefined || otherApp === undefined || machine === undefined)
    throw new Error('set up');
  const owner: Person = { userId: 1, publicId: 'usr_o', email: 'owner@example.test' };
  const ask: Bench['ask'] = (header, argv, change = {}) =>
    authority.authorizeExec({
      by: { header },
      app,
      machine,
      argv,
      source: '192.0.2.9',
      facts: FACTS,
      detached: false,
      tty: false,
      recorded: false,
      idempotencyKey: null,
      ...change,
    });
  return {
    store,
    authority,
    clock,
    owner,
    organization,
    app,
    otherApp,
    machine,
    stranger: { userId: 2, publicId: 'usr_s', email: 'stranger@example.test' },
    mint: (request = {}) =>
      authority.mint(
        owner,
        { organization, app, profile: 'machine_exec', lifetimeMs: 3_600_000, ...request },
        ORIGIN,
      ),
    run: (header, argv, change = {}) => ask(header, argv, change),
    ask,
    actions: async () =>
      (await store.scanAudit(0, 1000)).map(({ action, outcome }) => `${action} ${outcome}`),
  };
}
