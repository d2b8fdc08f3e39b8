import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { checkChain, GENESIS } from '../src/index.ts';
import { pendingMigrations } from '../src/sql/migrate.ts';
import { SQLITE_DIALECT } from '../src/sqlite/open.ts';
import { openSqliteStore } from '../src/sqlite/index.ts';
import { entry, lay, token } from '../test-suite/fixtures.ts';
import { describeStore } from '../test-suite/index.ts';

const directories: string[] = [];
function fresh(): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-store-'));
  directories.push(directory);
  return directory;
}
afterAll(() => directories.forEach((directory) => rmSync(directory, { recursive: true, force: true })));

describeStore('SQLite', () => Promise.resolve(openSqliteStore(fresh())));

describe('SQLite in a directory', () => {
  test('what was committed is there after opening again', async () => {
    const directory = fresh();
    const first = openSqliteStore(directory);
    const ground = await lay(first);
    await first.commit([{ kind: 'token.insert', token: token(ground, 'tok_1') }]);
    await first.close();
    const second = openSqliteStore(directory);
    expect(await second.findToken('tok_1')).toMatchObject({ id: 'tok_1' });
    await second.close();
  });

  test('a second opener is refused, and may open once the first has let go', async () => {
    const directory = fresh();
    const first = openSqliteStore(directory);
    expect(() => openSqliteStore(directory)).toThrowError(expect.objectContaining({ code: 'locked' }));
    await first.close();
    await openSqliteStore(directory).close();
  });

  test('an older schema is migrated, and keeps what it holds', async () => {
    const directory = fresh();
    const old = new DatabaseSync(join(directory, 'postern.db'));
    for (const sql of pendingMigrations(0, SQLITE_DIALECT, 1)) old.exec(sql);
    old.exec(`PRAGMA user_version = 1;
      INSERT INTO organizations (public_id, slug, name, created_at) VALUES ('org_o', 'old', 'Old', 1)`);
    old.close();
    const store = openSqliteStore(directory);
    expect(await store.findOrganization('old')).toMatchObject({ name: 'Old', memberProfiles: { length: 4 } });
    await store.close();
  });

  test('a newer schema is refused', async () => {
    const directory = fresh();
    await openSqliteStore(directory).close();
    const database = new DatabaseSync(join(directory, 'postern.db'));
    database.exec('PRAGMA user_version = 999');
    database.close();
    expect(() => openSqliteStore(directory)).toThrowError(expect.objectContaining({ code: 'newer-schema' }));
  });

  test('a file that is no database is refused', () => {
    const directory = fresh();
    writeFileSync(
      join(directory, 'postern.db'),
      'this is not a database, and long enough to be looked at as one'.repeat(100),
    );
    expect(() => openSqliteStore(directory)).toThrowError(expect.objectContaining({ code: 'corrupt' }));
  });

  test('a damaged file is refused when it is read', async () => {
    const directory = fresh();
    const store = openSqliteStore(directory);
    const ground = await lay(store);
    await store.commit(
      Array.from(
        { length: 200 },
        (_, i) => ({ kind: 'token.insert', token: token(ground, `tok_${i}`) }) as const,
      ),
    );
    await store.close();
    truncateSync(join(directory, 'postern.db'), 8192);
    let error: unknown;
    try {
      const again = openSqliteStore(directory);
      await again.findToken('tok_150').catch((thrown: unknown) => (error = thrown));
      await again.close();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'StoreError', code: 'corrupt' });
  });

  test.each([
    ["UPDATE audit SET body = replace(body, 'two', 'TWO') WHERE seq = 2", 2, 'changed'],
    ['DELETE FROM audit WHERE seq = 2', 2, 'missing'],
    ["UPDATE audit SET action = 'other' WHERE seq = 3", 3, 'columns'],
    ["UPDATE audit SET outcome = 'refused' WHERE seq = 3", 3, 'columns'],
    ['UPDATE audit SET organization_id = 7 WHERE seq = 3', 3, 'columns'],
    ['UPDATE audit SET app_id = 7 WHERE seq = 3', 3, 'columns'],
    ["UPDATE audit SET token_id = 'tok_other' WHERE seq = 3", 3, 'columns'],
    ["UPDATE audit SET exec_id = 'exec_other' WHERE seq = 3", 3, 'columns'],
    ["UPDATE audit SET body = 'nothing' WHERE seq = 3", 3, 'changed'],
    ['UPDATE audit SET seq = CASE seq WHEN 2 THEN 3 ELSE 2 END WHERE seq = -1', undefined, ''],
  ])('the chain shows an edit made behind our back: %s', async (sql, seq, reason) => {
    const directory = fresh();
    const store = openSqliteStore(directory);
    for (const action of ['one', 'two', 'three'])
      await store.commit([{ kind: 'audit.append', entry: entry(action) }]);
    await store.close();
    const database = new DatabaseSync(join(directory, 'postern.db'));
    database.exec(sql);
    database.close();
    const again = openSqliteStore(directory);
    const checked = checkChain(await again.scanAudit(0, 100), { seq: 0, hash: GENESIS });
    await again.close();
    if (seq === undefined) expect(checked).toMatchObject({ seq: 3 });
    else
      expect(checked).toMatchObject({ broken: { seq, reason: expect.stringContaining(reason) as unknown } });
  });
});
