/** One suite for every store: what a store promises, whatever database is under it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkChain, GENESIS, type Store, type Write } from '../src/index.ts';
import { describeLiveTokens } from './live-tokens.ts';
import { entry, lay, NOW, token, type Ground } from './fixtures.ts';

const HASH = Uint8Array.from({ length: 32 }, (_, i) => i);

/** @param open makes an empty store. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`store: ${name}`, () => {
    let store: Store;
    let ground: Ground;
    beforeEach(async () => {
      store = await open();
      ground = await lay(store);
    });
    afterEach(() => store.close());

    const page = { now: NOW, limit: 100, offset: 0 };

    describe('units', () => {
      test('happen whole or not at all', async () => {
        const writes: Write[] = [
          {
            kind: 'app.insert',
            publicId: 'app_x',
            organizationId: ground.organizationId,
            name: 'fresh',
            at: NOW,
          },
          {
            kind: 'app.insert',
            publicId: 'app_y',
            organizationId: ground.organizationId,
            name: 'web',
            at: NOW,
          },
        ];
        await expect(store.commit(writes)).rejects.toMatchObject({ name: 'StoreError', code: 'taken' });
        expect(await store.findApp('fresh')).toBeUndefined();
      });

      test('that fail do not take others of the same batch with them', async () => {
        const app = (appName: string): Write => ({
          kind: 'app.insert',
          publicId: `app_${appName}`,
          organizationId: ground.organizationId,
          name: appName,
          at: NOW,
        });
        const results = await Promise.allSettled([
          store.commit([app('b1'), { kind: 'audit.append', entry: entry('b1') }]),
          store.commit([app('web'), { kind: 'audit.append', entry: entry('never') }]),
          store.commit([app('b2'), { kind: 'audit.append', entry: entry('b2') }]),
        ]);
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        const rows = await store.scanAudit(0, 100);
        expect(rows.map(({ action }) => action)).toEqual(['b1', 'b2']);
        expect(checkChain(rows, { seq: 0, hash: GENESIS })).toMatchObject({ seq: 2 });
      });

      test('a hundred at once keep their order in the audit chain', async () => {
        await Promise.all(
          Array.from({ length: 100 }, (_, i) =>
            store.commit([{ kind: 'audit.append', entry: entry(`n${i}`) }]),
          ),
        );
        const rows = await store.scanAudit(0, 1000);
        expect(rows.map(({ action }) => action)).toEqual(Array.from({ length: 100 }, (_, i) => `n${i}`));
        expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
      });

      test('after closing are refused', async () => {
        await store.close();
        await expect(store.commit([])).rejects.toMatchObject({ code: 'unavailable' });
        await expect(store.commitSoon([])).rejects.toMatchObject({ code: 'unavailable' });
        store = await open();
      });

      test('to be written soon: with the next commit, alone after a moment, or before the store closes', async () => {
        const append = (action: string): Write[] => [{ kind: 'audit.append', entry: entry(action) }];
        const done: string[] = [];
        const soon = (action: string): Promise<void> =>
          store.commitSoon(append(action)).then(() => void done.push(action));
        const [first, second] = [soon('first'), soon('second')];
        await store.commit(append('third'));
        expect(done).toEqual(['first', 'second']);
        await soon('alone');
        const actions = (await store.scanAudit(0, 9)).map(({ action }) => action);
        expect(actions).toEqual(['first', 'second', 'third', 'alone']);
        const last = soon('last');
        await store.close();
        await Promise.all([first, second, last]);
        expect(done).toContain('last');
        store = await open();
      });

      test('change what is read from the moment they are done', async () => {
        const { organizationId, appId } = ground;
        const machine = { id: 'm1', organizationId, appId, name: 'm', driver: '{}', agentId: null };
        await store.commit([
          { kind: 'token.insert', token: token(ground, 'tok_1') },
          { kind: 'machine.insert', machine: { ...machine, createdAt: NOW } },
        ]);
        const read = () =>
          Promise.all([
            store.findApp(appId),
            store.findApp('web'),
            store.findToken('tok_1'),
            store.findMachine('m1'),
          ]);
        expect(await read()).toMatchObject([
          { name: 'web', machineCount: 1 },
          { id: appId },
          { revokedAt: null },
          { name: 'm' },
        ]);
        // Reads that are on their way while the change is made must not keep what was before.
        const [, during] = await Promise.all([
          store.commit([
            { kind: 'app.update', organizationId, appId, name: 'shop', record: 'off' },
            { kind: 'token.revoke', organizationId, tokenId: 'tok_1', at: NOW + 1, reason: null },
            { kind: 'machine.rename', organizationId, machineId: 'm1', name: 'n', at: NOW },
          ]),
          read(),
        ]);
        expect(during).toHaveLength(4);
        expect(await read()).toMatchObject([
          { name: 'shop', record: 'off' },
          undefined,
          { revokedAt: NOW + 1 },
          { name: 'n' },
        ]);
        await store.commit([{ kind: 'machine.delete', organizationId, machineId: 'm1' }]);
        expect(await store.findMachine('m1')).toBeUndefined();
        expect(await store.findApp('shop')).toMatchObject({ machineCount: 0 });
      });
    });

    describe('numbers and names', () => {
      test('an id is never given out twice, not even after its app is deleted', async () => {
        const { organizationId } = ground;
        await store.commit([{ kind: 'app.delete', organizationId, appId: ground.appId, at: NOW }]);
        const [again] = await store.commit([
          { kind: 'app.insert', publicId: 'app_b', organizationId, name: 'web', at: NOW },
        ]);
        expect(again).toBeGreaterThan(ground.appId);
      });

      test.each<Write>([
        { kind: 'user.insert', publicId: 'usr_z', email: 'a@example.test', at: NOW },
        { kind: 'organization.insert', publicId: 'org_z', slug: 'one', name: 'x', at: NOW },
      ])('taken: $kind', async (write) => {
        await expect(store.commit([write])).rejects.toMatchObject({ code: 'taken' });
      });

      test('names are matched exactly', async () => {
        for (const name of ['WEB', 'web ', '', '%', "web' OR '1'='1"])
          expect(await store.findApp(name)).toBeUndefined();
        expect(await store.findApp('web')).toMatchObject({ id: ground.appId, machineCount: 0 });
        expect(await store.findOrganization('two')).toMatchObject({ id: ground.otherOrganizationId });
      });
    });

    describe('tokens', () => {
      test('a record comes back as it was written', async () => {
        await store.commit([{ kind: 'token.insert', token: token(ground, 'tok_1') }]);
        expect(await store.findToken('tok_1')).toMatchObject({
          ...token(ground, 'tok_1'),
          caveats: expect.objectContaining({ 0: 0x90 }) as unknown,
          createdByEmail: 'a@example.test',
          revokedAt: null,
          uses: 0,
        });
        await expect(
          store.commit([{ kind: 'token.insert', token: token(ground, 'tok_1') }]),
        ).rejects.toMatchObject({
          code: 'taken',
        });
      });

      test('the first revocation stands', async () => {
        const { organizationId } = ground;
        await store.commit([{ kind: 'token.insert', token: token(ground, 'tok_1') }]);
        await store.commit([
          { kind: 'token.revoke', organizationId, tokenId: 'tok_1', at: NOW + 1, reason: 'first' },
        ]);
        await store.commit([
          { kind: 'token.revoke', organizationId, tokenId: 'tok_1', at: NOW + 2, reason: 'second' },
        ]);
        expect(await store.findToken('tok_1')).toMatchObject({ revokedAt: NOW + 1, revokeReason: 'first' });
      });

      test('a token is rotated once', async () => {
        const { organizationId } = ground;
        await store.commit([{ kind: 'token.insert', token: token(ground, 'tok_1') }]);
        const supersede = (successorId: string): Write => ({
          kind: 'token.supersede',
          organizationId,
          tokenId: 'tok_1',
          successorId,
          diesAt: NOW + 5,
        });
        await store.commit([supersede('tok_2')]);
        await expect(store.commit([supersede('tok_3')])).rejects.toMatchObject({ code: 'precondition' });
        expect(await store.findToken('tok_1')).toMatchObject({ successorId: 'tok_2', diesAt: NOW + 5 });
      });

      test('deleting an app revokes its tokens and leaves their records', async () => {
        await store.commit([{ kind: 'token.insert', token: token(ground, 'tok_1') }]);
        await store.commit([
          { kind: 'app.delete', organizationId: ground.organizationId, appId: ground.appId, at: NOW + 9 },
        ]);
        expect(await store.findToken('tok_1')).toMatchObject({ revokedAt: NOW + 9 });
      });

      test('lists filter, search, sort and page', async () => {
        const { organizationId, appId } = ground;
        await store.commit([
          {
            kind: 'token.insert',
            token: token(ground, 'tok_live', { name: 'Deploy 100%', createdAt: NOW - 3 }),
          },
          {
            kind: 'token.insert',
            token: token(ground, 'tok_old', { expiresAt: NOW - 1, createdAt: NOW - 2 }),
          },
          { kind: 'token.insert', token: token(ground, 'tok_gone', { createdAt: NOW - 1 }) },
          { kind: 'token.insert', token: token(ground, 'tok_org', { appId: null, expiresAt: null }) },
          { kind: 'token.revoke', organizationId, tokenId: 'tok_gone', at: NOW, reason: null },
        ]);
        const ids = async (query: object): Promise<string[]> =>
          (await store.listTokens({ organizationId, ...page, ...query })).tokens.map(({ id }) => id);
        expect(await ids({})).toEqual(['tok_org', 'tok_gone', 'tok_old', 'tok_live']);
        expect(await ids({ appId })).toEqual(['tok_gone', 'tok_old', 'tok_live']);
        expect(await ids({ status: 'live' })).toEqual(['tok_org', 'tok_live']);
        expect(await ids({ status: 'expired' })).toEqual(['tok_old']);
        expect(await ids({ status: 'revoked' })).toEqual(['tok_gone']);
        expect(await ids({ status: 'never_used' })).toHaveLength(4);
        expect(await ids({ status: 'long_lived' })).toEqual(['tok_org']);
        expect(await ids({ search: 'DEPLOY' })).toEqual(['tok_live']);
        expect(await ids({ search: '100%' })).toEqual(['tok_live']);
        expect(await ids({ search: '%' })).toEqual(['tok_live']);
        expect(await ids({ search: 'tok_GONE' })).toEqual(['tok_gone']);
        expect(await ids({ search: 'deploy', status: 'revoked' })).toEqual([]);
        expect(await ids({ search: "' OR 1=1 --" })).toEqual([]);
        expect(await ids({ sort: 'expires' })).toEqual(['tok_old', 'tok_gone', 'tok_live', 'tok_org']);
        expect(await ids({ limit: 2, offset: 1 })).toEqual(['tok_gone', 'tok_old']);
        expect((await store.listTokens({ organizationId, ...page, limit: 1 })).total).toBe(4);
      });

      test('uses are added up by day, and the last one is kept', async () => {
        const { organizationId } = ground;
        await store.commit([{ kind: 'token.insert', token: token(ground, 'tok_1') }]);
        const usage = (day: string, allowed: number, refused: number, at: number | null): Write => ({
          kind: 'token.usage',
          usage: {
            organizationId,
            tokenId: 'tok_1',
            day,
            allowed,
            refused,
            last: at === null ? null : { at, from: '192.0.2.1', machine: 'm', command: ['ls', "it's"] },
          },
        });
        await store.commit([usage('2027-01-01', 2, 1, NOW + 1)]);
        await store.commit([usage('2027-01-01', 1, 0, NOW + 2), usage('2027-01-02', 0, 3, null)]);
        expect(await store.findToken('tok_1')).toMatchObject({
          uses: 3,
          refusals: 4,
          lastUsedAt: NOW + 2,
          lastUsedFrom: '192.0.2.1',
          lastUsedCommand: ['ls', "it's"],
        });
        expect(await store.tokenUsage(organizationId, 'tok_1')).toEqual([
          { day: '2027-01-01', allowed: 3, refused: 1 },
          { day: '2027-01-02', allowed: 0, refused: 3 },
        ]);
      });
    });

    describeLiveTokens(
      () => store,
      () => ground,
    );

    describe('secrets that work once', () => {
      test('a login is spent by one of two attempts at the same time', async () => {
        await store.commit([
          { kind: 'login.insert', hash: HASH, userId: ground.userId, expiresAt: NOW + 10 },
        ]);
        const results = await Promise.allSettled([
          store.commit([{ kind: 'login.consume', hash: HASH, at: NOW }]),
          store.commit([{ kind: 'login.consume', hash: HASH, at: NOW }]),
        ]);
        expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(await store.findLogin(HASH, NOW)).toBeUndefined();
      });

      test.each([
        ['expired', NOW + 10, NOW + 10],
        ['unknown', undefined, NOW],
      ])('an %s join token is refused', async (_, expiresAt, at) => {
        if (expiresAt !== undefined) {
          await store.commit([
            {
              kind: 'join.insert',
              hash: HASH,
              organizationId: ground.organizationId,
              machineId: 'm',
              expiresAt,
            },
          ]);
        }
        await expect(
          store.commit([{ kind: 'join.consume', hash: HASH, agentId: 'a', at }]),
        ).rejects.toMatchObject({
          code: 'precondition',
        });
      });

      test('an expired session is not found', async () => {
        await store.commit([
          { kind: 'session.insert', hash: HASH, userId: ground.userId, at: NOW, expiresAt: NOW + 10 },
        ]);
        expect(await store.findSession(HASH, NOW + 9)).toMatchObject({ user: { email: 'a@example.test' } });
        expect(await store.findSession(HASH, NOW + 10)).toBeUndefined();
      });

      test('what has expired goes when somebody signs in, and nothing else', async () => {
        const { userId } = ground;
        const other = (last: number): Uint8Array => Uint8Array.of(...HASH.subarray(1), last);
        await store.commit([
          { kind: 'session.insert', hash: HASH, userId, at: NOW, expiresAt: NOW + 10 },
          { kind: 'session.insert', hash: other(1), userId, at: NOW, expiresAt: NOW + 11 },
          { kind: 'login.insert', hash: HASH, userId, expiresAt: NOW + 10 },
          { kind: 'login.insert', hash: other(1), userId, expiresAt: NOW + 11 },
        ]);
        await store.commit([
          { kind: 'session.insert', hash: other(2), userId, at: NOW + 10, expiresAt: NOW + 20 },
        ]);
        // As it was before they expired.
        expect(await store.findSession(HASH, NOW)).toBeUndefined();
        expect(await store.findLogin(HASH, NOW)).toBeUndefined();
        expect(await store.findSession(other(1), NOW)).toBeDefined();
        expect(await store.findLogin(other(1), NOW)).toBeDefined();
      });
    });

    describe('execs', () => {
      const exec = {
        id: 'exec_1',
        machineId: 'm',
        tokenId: null,
        userId: null,
        source: null,
        command: ['a', 'b c'],
        detached: false,
        tty: false,
        startedAt: NOW,
        endedAt: null,
        reason: null,
        exitCode: null,
        exitSignal: null,
        stdoutBytes: 0,
        stderrBytes: 0,
        truncated: false,
        recorded: false,
      };

      test('an idempotency key is used once in an organization', async () => {
        const insert = (id: string): Write => ({
          kind: 'exec.insert',
          exec: { ...exec, ...ground, id },
          idempotencyKey: 'same',
        });
        await store.commit([insert('exec_1')]);
        await expect(store.commit([insert('exec_2')])).rejects.toMatchObject({ code: 'taken' });
        expect(await store.findExecByKey(ground.organizationId, 'same')).toMatchObject({ id: 'exec_1' });
        expect(await store.findExecByKey(ground.otherOrganizationId, 'same')).toBeUndefined();
      });

      test('a record is closed once, and what was running at the end is unknown', async () => {
        const { organizationId } = ground;
        await store.commit([{ kind: 'exec.insert', exec: { ...exec, ...ground }, idempotencyKey: null }]);
        expect(await store.listExecs({ organizationId, state: 'running', limit: 9, offset: 0 })).toHaveLength(
          1,
        );
        const close = (exitCode: number): Write => ({
          kind: 'exec.close',
          organizationId,
          execId: 'exec_1',
          endedAt: NOW + 1,
          reason: 'exited',
          exitCode,
          exitSignal: null,
          stdoutBytes: 5,
          stderrBytes: 0,
          truncated: false,
        });
        void store.commitSoon([close(3)]);
        expect(await store.findExec('exec_1')).toMatchObject({ exitCode: 3 });
        await store.commit([close(4), { kind: 'exec.close-orphans', at: NOW + 2 }]);
        expect(await store.findExec('exec_1')).toMatchObject({
          exitCode: 3,
          reason: 'exited',
          command: ['a', 'b c'],
        });
      });

      test('a record is taken away only when it has ended and nobody needs it', async () => {
        const { organizationId, otherOrganizationId } = ground;
        const insert = (id: string, more: object, idempotencyKey: string | null): Write => ({
          kind: 'exec.insert',
          exec: { ...exec, ...ground, id, ...more },
          idempotencyKey,
        });
        const close = (execId: string): Write => ({
          kind: 'exec.close',
          organizationId,
          execId,
          endedAt: NOW + 1,
          reason: 'exited',
          exitCode: 0,
          exitSignal: null,
          stdoutBytes: 0,
          stderrBytes: 0,
          truncated: false,
        });
        await store.commit([
          insert('exec_plain', {}, null),
          insert('exec_keyed', {}, 'key'),
          insert('exec_detached', { detached: true }, null),
          insert('exec_running', {}, null),
          ...['exec_plain', 'exec_keyed', 'exec_detached'].map(close),
        ]);
        await store.commit([
          { kind: 'exec.forget', organizationId: otherOrganizationId, execId: 'exec_plain' },
        ]);
        expect(await store.findExec('exec_plain')).toBeDefined();
        for (const execId of ['exec_plain', 'exec_keyed', 'exec_detached', 'exec_running'])
          await store.commit([{ kind: 'exec.forget', organizationId, execId }]);
        const left = await store.listExecs({ organizationId, limit: 9, offset: 0 });
        expect(left.map(({ id }) => id).toSorted()).toEqual(['exec_detached', 'exec_keyed', 'exec_running']);
        await expect(store.commit([insert('exec_again', {}, 'key')])).rejects.toMatchObject({
          code: 'taken',
        });
        // What was running when the server ended stays, unless its app keeps no records.
        await store.commit([{ kind: 'exec.close-orphans', at: NOW + 2 }]);
        expect(await store.findExec('exec_running')).toMatchObject({ reason: 'connection-lost' });
        await store.commit([
          { kind: 'app.update', organizationId, appId: ground.appId, name: 'silent', record: 'off' },
          insert('exec_orphan', {}, null),
          { kind: 'exec.close-orphans', at: NOW + 3 },
        ]);
        expect(await store.findExec('exec_orphan')).toBeUndefined();
      });

      test('are listed by how they ended', async () => {
        const { organizationId } = ground;
        const endings: ReadonlyArray<readonly [id: string, reason: string | null, exitCode: number | null]> =
          [
            ['running', null, null],
            ['well', 'exited', 0],
            ['badly', 'exited', 3],
            ['late', 'timed-out', null],
            ['lost', 'connection-lost', null],
          ];
        for (const [id, reason, exitCode] of endings) {
          await store.commit([
            { kind: 'exec.insert', exec: { ...exec, ...ground, id }, idempotencyKey: null },
          ]);
          if (reason === null) continue;
          const bytes = { stdoutBytes: 0, stderrBytes: 0, truncated: false };
          const ending = { endedAt: NOW + 1, reason, exitCode, exitSignal: null, ...bytes };
          await store.commit([{ kind: 'exec.close', organizationId, execId: id, ...ending }]);
        }
        const ids = async (state: 'running' | 'done' | 'failed' | 'unknown'): Promise<string[]> =>
          (await store.listExecs({ organizationId, state, limit: 9, offset: 0 })).map(({ id }) => id).sort();
        expect(await ids('running')).toEqual(['running']);
        expect(await ids('done')).toEqual(['badly', 'late', 'well']);
        expect(await ids('failed')).toEqual(['badly', 'late', 'lost']);
        expect(await ids('unknown')).toEqual(['lost']);
      });
    });

    describe('invariant 9: queries are scoped to an organization', () => {
      test('nothing of one is found or changed through the other', async () => {
        const { organizationId, otherOrganizationId: other, appId } = ground;
        await store.commit([
          { kind: 'token.insert', token: token(ground, 'tok_1') },
          { kind: 'audit.append', entry: entry('x', { organizationId }) },
          {
            kind: 'machine.insert',
            machine: {
              id: 'm1',
              organizationId,
              appId,
              name: 'm',
              driver: '{}',
              agentId: null,
              createdAt: NOW,
            },
          },
        ]);
        expect((await store.listTokens({ organizationId: other, ...page })).tokens).toEqual([]);
        expect(await store.listApps(other)).toEqual([]);
        expect(await store.listMembers(other)).toEqual([]);
        expect(await store.listMachines(other, appId)).toEqual([]);
        expect(await store.listAudit({ organizationId: other, limit: 9 })).toEqual([]);
        expect(await store.listExecs({ organizationId: other, limit: 9, offset: 0 })).toEqual([]);
        expect(await store.tokenUsage(other, 'tok_1')).toEqual([]);
        const strangers: Write[] = [
          { kind: 'token.revoke', organizationId: other, tokenId: 'tok_1', at: NOW, reason: null },
          { kind: 'token.rename', organizationId: other, tokenId: 'tok_1', name: 'x' },
          { kind: 'app.update', organizationId: other, appId, name: 'x', record: 'off' },
          { kind: 'app.delete', organizationId: other, appId, at: NOW },
          { kind: 'machine.rename', organizationId: other, machineId: 'm1', name: 'x', at: NOW },
          { kind: 'machine.delete', organizationId: other, machineId: 'm1' },
          { kind: 'member.delete', organizationId: other, userId: ground.userId },
        ];
        for (const write of strangers) {
          await expect(store.commit([write]), write.kind).rejects.toMatchObject({ code: 'not-found' });
        }
        expect(await store.findToken('tok_1')).toMatchObject({ revokedAt: null, name: 'name of tok_1' });
        expect(await store.findMachine('m1')).toBeDefined();
      });
    });

    describe('the audit log', () => {
      test('lists newest first, or oldest first after a number, with filters', async () => {
        const { organizationId } = ground;
        const add = (action: string, change: object): Write => ({
          kind: 'audit.append',
          entry: entry(action, { organizationId, ...change }),
        });
        await store.commit([
          add('a', {}),
          add('b', { outcome: 'refused', tokenId: 't' }),
          add('c', { reason: '100% sure' }),
        ]);
        const actions = async (query: object): Promise<string[]> =>
          (await store.listAudit({ organizationId, limit: 10, ...query })).map(
            ({ entry: { action } }) => action,
          );
        expect(await actions({})).toEqual(['c', 'b', 'a']);
        expect(await actions({ after: 1 })).toEqual(['b', 'c']);
        expect(await actions({ before: 3 })).toEqual(['b', 'a']);
        expect(await actions({ outcome: 'refused' })).toEqual(['b']);
        expect(await actions({ tokenId: 't' })).toEqual(['b']);
        expect(await actions({ search: '100%' })).toEqual(['c']);
        expect(await actions({ action: 'a' })).toEqual(['a']);
        expect(await actions({ from: 2 })).toEqual(['c', 'b']);
        expect(await actions({ from: 2, before: 3 })).toEqual(['b']);
        const [newest] = await store.listAudit({ organizationId, limit: 1 });
        expect(newest).toMatchObject({ seq: 3, entry: { reason: '100% sure' } });
      });

      test('is asked for an actor, whatever other texts say', async () => {
        const { organizationId } = ground;
        const add = (actor: string, reason: string): Write => ({
          kind: 'audit.append',
          entry: entry('act', { organizationId, actor, reason }),
        });
        await store.commit([
          add('user:"a_b"@example.com', 'one'),
          add('user:"axb"@example.com', 'two'),
          add('system', '"actor":"user:\\"a_b\\"@example.com",'),
        ]);
        const reasons = async (actor: string): Promise<unknown[]> =>
          (await store.listAudit({ organizationId, limit: 10, actor })).map(
            ({ entry: { reason } }) => reason,
          );
        expect(await reasons('user:"a_b"@example.com')).toEqual(['one']);
        expect(await reasons('user:')).toEqual([]);
        expect(await reasons('%')).toEqual([]);
      });
    });
  });
}
