import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../src/index.ts';
import { openPostgresStore } from '../src/postgres/index.ts';
import { entry, lay, token } from '../test-suite/fixtures.ts';
import { describeStore } from '../test-suite/index.ts';
import { startPostgres, type PostgresServer } from '../test-suite/postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describeStore('Postgres', async () => openPostgresStore(await server.database()));

describe('Postgres', () => {
  test('what was committed is there after opening again; a second opener is refused meanwhile', async () => {
    const url = await server.database();
    const first = await openPostgresStore(url);
    const ground = await lay(first);
    await first.commit([{ kind: 'token.insert', token: token(ground, 'tok_1') }]);
    await expect(openPostgresStore(url)).rejects.toMatchObject({ code: 'locked' });
    await first.close();
    const second: Store = await openPostgresStore(url);
    expect(await second.findToken('tok_1')).toMatchObject({ id: 'tok_1' });
    await second.close();
  });

  test('a newer schema is refused', async () => {
    const url = await server.database();
    await (await openPostgresStore(url)).close();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('UPDATE schema_version SET version = 999');
    await client.end();
    await expect(openPostgresStore(url)).rejects.toMatchObject({ code: 'newer-schema' });
  });

  test('a server that is not there is an error that says so', async () => {
    await expect(openPostgresStore('postgres://postgres@127.0.0.1:1/none')).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  test('when the connection of the writer is cut, nothing is written any more', async () => {
    const url = await server.database();
    const store = await openPostgresStore(url);
    await store.commit([{ kind: 'audit.append', entry: entry('before') }]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await client.end();
    await expect(store.commit([{ kind: 'audit.append', entry: entry('after') }])).rejects.toMatchObject({
      code: 'unavailable',
    });
    await store.close();
  });
});
