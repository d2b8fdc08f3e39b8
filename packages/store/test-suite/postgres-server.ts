/**
 * A Postgres server of Debian's package, on a free port, in a directory that is removed at the end. Postgres does
 * not run as root: then it runs as the user `postgres`, which the package makes.
 */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const HOME = '/usr/lib/postgresql';

export interface PostgresServer {
  /** Makes an empty database and gives its URL. */
  database(): Promise<string>;
  stop(): void;
}

export async function startPostgres(): Promise<PostgresServer> {
  const version = existsSync(HOME) ? readdirSync(HOME).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  if (version === undefined) throw new Error('Postgres is missing: run node scripts/test-setup.ts');
  const bin = join(HOME, version, 'bin');
  const directory = mkdtempSync(join(tmpdir(), 'postern-pg-'));
  const asRoot = userInfo().uid === 0;
  if (asRoot) {
    const id = Number(spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' }).stdout.trim());
    chownSync(directory, id, id);
  }
  const run = (...words: string[]): void => {
    const [program = '', ...args] = asRoot
      ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', ...words]
      : words;
    const { status, stderr, stdout } = spawnSync(program, args, {
      encoding: 'utf8',
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (status !== 0) throw new Error(`${words[0]}: ${stderr}${stdout}`);
  };
  const port = await freePort();
  const data = join(directory, 'data');
  run(
    join(bin, 'initdb'),
    '-D',
    data,
    '-A',
    'trust',
    '-U',
    'postgres',
    '--locale=C.UTF-8',
    '-E',
    'UTF8',
    '-N',
  );
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -k ${directory}`;
  run(join(bin, 'pg_ctl'), '-D', data, '-w', '-s', '-l', join(directory, 'log'), '-o', options, 'start');
  let count = 0;
  const url = (name: string): string => `postgres://postgres@127.0.0.1:${port}/${name}`;
  return {
    async database() {
      count += 1;
      const client = new pg.Client({ connectionString: url('postgres') });
      await client.connect();
      await client.query(`CREATE DATABASE test${count}`);
      await client.end();
      return url(`test${count}`);
    },
    stop() {
      run(join(bin, 'pg_ctl'), '-D', data, '-m', 'immediate', '-w', '-s', 'stop');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
