/** Members, one-time links and contexts, against the real server. */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorld, type Ran } from './postern.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const run = (...args: string[]): Promise<Ran> => server.owner.run(args);
describe('members and sign-in', () => {
  test('a new member signs in with the link, is listed, promoted, removed', async () => {
    const added = await run('orgs', 'members', 'add', '-o', 'personal', 'dana@example.test');
    expect(added.code).toBe(0);
    const link = added.stdout.trim();
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/login#.+/);

    const dana = makeWorld();
    const login = await dana.run(['auth', 'login', '--link', link, '--name', 'work']);
    expect(login).toMatchObject({ code: 0, stdout: '' });
    expect(login.stderr).toBe('successfully logged in as dana@example.test (context work)\n');
    expect(await dana.run(['auth', 'whoami'])).toMatchObject({ code: 0, stdout: 'dana@example.test\n' });
    const file = join(dana.home, 'config', 'credentials.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(dana.home, 'config')).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      version: 1,
      current: 'work',
      contexts: { work: { server: server.url, email: 'dana@example.test' } },
    });

    const piped = await dana.run(['auth', 'login', '--link', '-'], { stdin: `${link}\n` });
    expect(piped).toMatchObject({ code: 67, stdout: '' });
    const again = await dana.run(['auth', 'login', '--link', link]);
    expect(again.code).toBe(67);
    expect(await dana.run(['auth', 'whoami'])).toMatchObject({ code: 0 });

    expect(
      await run('orgs', 'members', 'set', '-o', 'personal', 'dana@example.test', '--role', 'admin'),
    ).toMatchObject({
      code: 0,
    });
    expect((await run('orgs', 'members', 'list', '-o', 'personal')).stdout).toMatch(
      /dana@example\.test +admin/,
    );
    expect(
      await run('orgs', 'members', 'remove', '-o', 'personal', 'dana@example.test', '--yes'),
    ).toMatchObject({
      code: 0,
    });

    const session = (await dana.run(['auth', 'token'])).stdout.trim();
    expect(await dana.run(['auth', 'logout'])).toMatchObject({ code: 0 });
    expect(await dana.run(['auth', 'whoami'])).toMatchObject({ code: 67, stdout: '' });
    expect(await dana.run(['auth', 'whoami', '--server', server.url, '-t', session])).toMatchObject({
      code: 67,
    });
    dana.remove();
  });

  test.each(['nonsense', 'http://127.0.0.1:1/login', 'ftp://x/login#y', ''])(
    '--link %j is refused',
    async (link) => {
      const world = makeWorld();
      expect(await world.run(['auth', 'login', '--link', link])).toMatchObject({ code: 64, stdout: '' });
      world.remove();
    },
  );

  test('several servers are contexts; a session goes to its own server only', async () => {
    const world = makeWorld();
    const { writeFileSync, mkdirSync } = await import('node:fs');
    mkdirSync(join(world.home, 'config'));
    const contexts = {
      one: { server: server.url, token: server.session, email: 'owner@localhost' },
      two: { server: 'http://127.0.0.1:1', token: 'fo1_other', email: 'x@example.test' },
    };
    writeFileSync(
      join(world.home, 'config', 'credentials.json'),
      JSON.stringify({ version: 1, current: 'two', contexts }),
    );
    expect(await world.run(['auth', 'whoami'])).toMatchObject({ code: 69 });
    expect(await world.run(['auth', 'whoami', '--context', 'one'])).toMatchObject({ code: 0 });
    expect(await world.run(['auth', 'whoami'], { env: { POSTERN_CONTEXT: 'one' } })).toMatchObject({
      code: 0,
    });
    expect(await world.run(['auth', 'whoami', '--server', server.url])).toMatchObject({ code: 0 });
    const other = await world.run(['auth', 'whoami', '--server', 'http://127.0.0.1:2']);
    expect(other).toMatchObject({ code: 67 });
    expect(other.stderr).toContain('not signed in to http://127.0.0.1:2');
    expect(await world.run(['auth', 'switch', 'one'])).toMatchObject({ code: 0 });
    expect((await world.run(['auth', 'list'])).stdout).toMatch(/\* +one +http/);
    expect(await world.run(['auth', 'switch', 'three'])).toMatchObject({ code: 68 });
    expect(await world.run(['apps', 'list', '--context', 'three'])).toMatchObject({ code: 68 });
    world.remove();
  });
});
