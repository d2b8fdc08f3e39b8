/**
 * The authority over SQLite, beside bare inserts of the same database in the same run.
 *
 *     node bench/authority/store.ts [mints] [records]
 *
 * Bare insert: one 200-byte row in its own durable transaction (WAL, synchronous=FULL) with a prepared statement. A
 * mint signs a token, appends an audit entry and inserts a record, durably, as one unit.
 */
import { openAuthority, type Authority, type Person } from '@postern/authority';
import type { AppRecord, MachineRecord, OrganizationRecord, Store, Write } from '@postern/store';
import { openSqliteStore } from '@postern/store/sqlite';
import { nodeCrypto } from '@postern/token/mac/node';
import { withWasm } from '@postern/token/mac/wasm';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const MINTS = Number(process.argv[2] ?? 2000);
const RECORDS = Number(process.argv[3] ?? 1_000_000);
const NOW = Date.now();
const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'));
const FACTS = { stdin: false, tty: false, timeoutSeconds: 30, outputBytes: 1000, envNames: [] };
const KEK = new Uint8Array(32).fill(1);
const owner: Person = { userId: 1, publicId: 'usr_o', email: 'owner@example.test' };
const origin = { source: null };

async function timed(count: number, width: number, call: (i: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) {
        next += 1;
        await call(next);
      }
    }),
  );
  return (count * 1000) / (performance.now() - started);
}

function bareInserts(round: number): number {
  const database = new DatabaseSync(join(directory, `bare${round}.db`));
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (id TEXT PRIMARY KEY, body TEXT)',
  );
  const insert = database.prepare('INSERT INTO t VALUES (?1, ?2)');
  const body = 'x'.repeat(200);
  const started = performance.now();
  for (let i = 0; i < MINTS; i += 1) insert.run(`id${i}`, body);
  const rate = (MINTS * 1000) / (performance.now() - started);
  database.close();
  return rate;
}

interface Ground {
  readonly store: Store;
  readonly authority: Authority;
  readonly organization: OrganizationRecord;
  readonly app: AppRecord;
  readonly machine: MachineRecord;
}

async function ground(name: string): Promise<Ground> {
  const store = openSqliteStore(join(directory, name));
  if ((await store.countUsers()) === 0) {
    await store.commit([
      { kind: 'user.insert', publicId: 'usr_o', email: owner.email, at: NOW },
      { kind: 'organization.insert', publicId: 'org_o', slug: 'acme', name: 'Acme', at: NOW },
      { kind: 'member.put-by-slug', slug: 'acme', userId: 1, role: 'admin', at: NOW },
      { kind: 'app.insert', publicId: 'app_w', organizationId: 1, name: 'web', at: NOW },
      { kind: 'app.insert', publicId: 'app_b', organizationId: 1, name: 'bulk', at: NOW },
      {
        kind: 'machine.insert',
        machine: {
          id: '00000000000001',
          organizationId: 1,
          appId: 1,
          name: 'm',
          driver: '{}',
          agentId: null,
          createdAt: NOW,
        },
      },
    ]);
  }
  const authority = await openAuthority({
    store,
    keyEncryptionKey: KEK,
    crypto: withWasm(nodeCrypto),
    location: 'https://api.fly.io/v1',
    now: () => Date.now(),
  });
  const organization = await store.findOrganization('acme');
  const app = await store.findApp('web');
  const machine = await store.findMachine('00000000000001');
  if (organization === undefined || app === undefined || machine === undefined) throw new Error('set up');
  return { store, authority, organization, app, machine };
}

/** Median milliseconds of a call. */
async function median(count: number, call: (i: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const before = performance.now();
    await call(i);
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b)[Math.floor(count / 2)] ?? 0;
}

console.log(`${cpus()[0]?.model ?? ''}, ${cpus().length} cores, node ${process.version}\n`);

const { store, authority, organization, app, machine } = await ground('mint');
const request = {
  organization,
  app,
  profile: 'machine_exec',
  commands: [{ args: ['true'], exact: true }],
} as const;
const mint = (): Promise<unknown> => authority.mint(owner, request, origin);
await timed(2000, 1, mint);
/** Rates of both, taken in turns. */
const pairs: { readonly bare: number; readonly alone: number }[] = [];
for (let i = 0; i < 5; i += 1) pairs.push({ bare: bareInserts(i), alone: await timed(MINTS, 1, mint) });
const middle = (rates: number[]): number => rates.sort((a, b) => a - b)[2] ?? 0;
const bare = middle(pairs.map((pair) => pair.bare));
const alone = middle(pairs.map((pair) => pair.alone));
const together = await timed(MINTS * 4, 32, mint);
const minted = await authority.mint(owner, request, origin);
const exec = (): Promise<unknown> =>
  authority.authorizeExec({
    by: { header: minted.header },
    app,
    machine,
    argv: ['true'],
    source: null,
    facts: FACTS,
    detached: false,
    tty: false,
    recorded: false,
    idempotencyKey: null,
  });
const execAlone = await timed(MINTS, 1, exec);
const execTogether = await timed(MINTS * 4, 32, exec);
const check = await timed(MINTS * 20, 1, () => authority.checkHeader(minted.header));
console.log('| what | per second | ratio to bare insert |');
console.log('| --- | --- | --- |');
const row = (what: string, rate: number): void =>
  console.log(`| ${what} | ${rate.toFixed(0)} | ${(rate / bare).toFixed(2)} |`);
row('bare durable insert, one client', bare);
row('durable mint, one client', alone);
row('durable mint, 32 clients', together);
row('authorize an exec, decision durable, one client', execAlone);
row('authorize an exec, decision durable, 32 clients', execTogether);
row('verify a header (nothing written)', check);
await store.close();

/** The same acts with few records and with many. */
async function acts({ store: s, authority: a, app: web, organization: o, machine: m }: Ground) {
  const token = await a.mint(owner, { ...request, app: web, organization: o }, origin);
  const run = () =>
    a.authorizeExec({
      by: { header: token.header },
      app: web,
      machine: m,
      argv: ['true'],
      source: null,
      facts: FACTS,
      detached: false,
      tty: false,
      recorded: false,
      idempotencyKey: null,
    });
  const list = { organizationId: 1, appId: web.id, now: NOW, limit: 50, offset: 0 };
  const ids: string[] = [];
  for (let i = 0; i < 60; i += 1) ids.push((await a.mint(owner, request, origin)).record.id);
  return {
    'list a page of the app': await median(40, () => s.listTokens(list)),
    'list a page of the organization': await median(40, () =>
      s.listTokens({ organizationId: 1, now: NOW, limit: 50, offset: 0 }),
    ),
    'find by name': await median(40, () => s.listTokens({ ...list, search: 'token 777 of many' })),
    'find by id': await median(200, () => s.findToken(token.record.id)),
    revoke: await median(50, (i) => a.revoke(owner, ids[i] ?? '', null, origin)),
    'authorize an exec': await median(200, run),
  };
}

const small = await ground('small');
await fill(small.store, 1000);
const few = await acts(small);
await small.store.close();
const fewOpened = performance.now();
const smallAgain = await ground('small');
const fewOpening = performance.now() - fewOpened;
await smallAgain.store.close();
const large = await ground('large');
await fill(large.store, RECORDS);
const many = await acts(large);
await large.store.close();
const started = performance.now();
const again = await ground('large');
const opening = performance.now() - started;
await again.store.close();

console.log(`\n| milliseconds, median | 1,000 records | ${RECORDS.toLocaleString('en')} records | ratio |`);
console.log('| --- | --- | --- | --- |');
for (const key of Object.keys(few) as (keyof typeof few)[]) {
  console.log(
    `| ${key} | ${few[key].toFixed(3)} | ${many[key].toFixed(3)} | ${(many[key] / few[key]).toFixed(2)} |`,
  );
}
console.log(
  `| start-up | ${fewOpening.toFixed(1)} | ${opening.toFixed(1)} | ${(opening / fewOpening).toFixed(2)} |`,
);
console.log(
  `\nopening with ${RECORDS.toLocaleString('en')} records: ${opening.toFixed(0)} ms; resident ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
);
rmSync(directory, { recursive: true, force: true });

/** Records of the same app, as many as a large installation has. */
async function fill(target: Store, count: number): Promise<void> {
  const [key] = await target.listKeys();
  for (let from = 0; from < count; from += 5000) {
    const writes: Write[] = Array.from({ length: Math.min(5000, count - from) }, (_, i) => ({
      kind: 'token.insert',
      token: {
        id: `tok_${from + i}`,
        uuid: `uuid-${from + i}`,
        keyId: key?.id ?? '',
        organizationId: 1,
        appId: 1,
        name: `token ${from + i} of many`,
        profile: 'machine_exec',
        caveats: new Uint8Array(90),
        createdBy: 1,
        createdAt: NOW - i,
        expiresAt: NOW + 1e9,
        revokesOnUse: null,
      },
    }));
    await target.commit(writes);
  }
}
