/** The tarballs of `npm run pack`: what is in them, and that they work in an empty project, without a network. */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, until } from '../e2e/installation.ts';
import { fromHere } from './dependencies.ts';

const scratch = mkdtempSync(join(tmpdir(), 'postern-pack-test-'));
const tarballs = join(scratch, 'tarballs');
const project = join(scratch, 'project');

function run(command: string, args: readonly string[], cwd: string = project) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const pack = (into: string): string => {
  const { status, stdout, stderr } = run(process.execPath, [join(ROOT, 'scripts/pack.ts'), into], ROOT);
  expect(status, stderr).toBe(0);
  return stdout;
};

let sums = '';
beforeAll(() => {
  sums = pack(tarballs);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const names = (): string[] => readdirSync(tarballs).filter((name) => name.endsWith('.tgz'));
const contents = (name: string): string[] =>
  run('tar', ['-tzf', join(tarballs, name)], tarballs)
    .stdout.trim()
    .split('\n');

const isBundle = (name: string): boolean => /^postern-(?:cli|agent|dashboard)-/.test(name);

describe('what is in the tarballs', () => {
  test('each package that is not for this repository alone', () => {
    expect(names().map((name) => name.replace(/^postern-|-\d.*$/g, ''))).toEqual([
      'agent',
      'authority',
      'cli',
      'client',
      'contract',
      'dashboard',
      'exec',
      'server',
      'store',
      'token',
      'trace',
    ]);
  });

  test('no sources, tests, maps, logs or keys', () => {
    const unwanted =
      /(?<!\.d)\.tsx?$|\.map$|\.tsbuildinfo$|\.log$|\.(?:pem|key|db)$|(?:^|\/)(?:src|tests?|test-suite|bench|fixtures|node_modules|coverage)\//;
    for (const name of names()) expect(contents(name).filter((file) => unwanted.test(file))).toEqual([]);
  });

  test('a licence and a description with each; notices with each bundle', () => {
    for (const name of names()) {
      const files = contents(name);
      expect(files).toContain('package/LICENSE');
      expect(files).toContain('package/README.md');
      expect(files.includes('package/THIRD-PARTY-NOTICES.txt'), name).toBe(isBundle(name));
    }
  });

  test('no path of the machine that made them, no TypeScript beside the declarations', () => {
    for (const name of names()) {
      const all = run('tar', ['-xzOf', join(tarballs, name)], tarballs).stdout;
      expect(all.includes(ROOT), name).toBe(false);
      expect(all.includes(scratch), name).toBe(false);
      expect(all.includes('sourceMappingURL='), name).toBe(false);
      // The programs' own first files also start from sources, in the repository.
      const fromTypeScript = /(?:from|import\() ?['"]\.{1,2}\/[^'"\n]+\.tsx?['"]/;
      if (!isBundle(name)) expect(fromTypeScript.test(all), name).toBe(false);
    }
  });

  test('nothing runs at installation, nothing is private, and only exports that are there', () => {
    for (const name of names()) {
      const text = run('tar', ['-xzOf', join(tarballs, name), 'package/package.json'], tarballs).stdout;
      const manifest = JSON.parse(text) as {
        readonly exports?: Record<string, Record<string, string>>;
        readonly bin?: Record<string, string>;
      };
      expect(Object.keys(manifest)).not.toContain('scripts');
      expect(Object.keys(manifest)).not.toContain('private');
      expect(Object.keys(manifest)).not.toContain('devDependencies');
      const files = contents(name);
      const targets = [...Object.values(manifest.exports ?? {}), manifest.bin ?? {}].flatMap((entry) =>
        Object.values(entry),
      );
      for (const target of targets) expect(files).toContain(target.replace(/^\./, 'package'));
    }
  });

  test('the same bytes again', () => {
    expect(pack(join(scratch, 'again'))).toBe(sums);
  });
});

describe('in an empty project', () => {
  beforeAll(() => {
    mkdirSync(project);
    const ours = Object.fromEntries(
      names().map((name) => [
        name.replace(/^postern-(\w+)-.*$/, '@postern/$1'),
        `file:${join(tarballs, name)}`,
      ]),
    );
    const others = fromHere(['zod', 'ws', 'hono', '@hono/node-server', 'graphql', 'pg', 'prom-client']);
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({ name: 'empty', private: true, type: 'module', dependencies: { ...ours, ...others } }),
    );
    const flags = ['--offline', '--install-links', '--ignore-scripts', '--no-audit', '--no-fund'];
    const { status, stderr } = run('npm', ['install', ...flags]);
    expect(status, stderr).toBe(0);
  });

  test('the token library, in plain JavaScript', () => {
    writeFileSync(
      join(project, 'token.js'),
      `import { attenuate, formatHeader, mintToken, parseHeader, verify } from '@postern/token';
       import { nodeCrypto } from '@postern/token/mac/node';
       const key = nodeCrypto.randomBytes(32);
       const minted = mintToken({ location: 'https://x.test', kid: nodeCrypto.randomBytes(9),
         rnd: nodeCrypto.randomBytes(16), key, caveats: [] }, nodeCrypto);
       const narrow = attenuate(minted, [{ type: 'ValidityWindow', notBefore: 0n, notAfter: 1n }], nodeCrypto);
       const [found] = parseHeader(formatHeader([narrow]));
       console.log(verify(found, key, {}, nodeCrypto).caveats.length);
       try { verify(found, nodeCrypto.randomBytes(32), {}, nodeCrypto); }
       catch (error) { console.log(error.code); }`,
    );
    const { stdout, stderr } = run(process.execPath, ['token.js']);
    expect(stdout.trim().split('\n'), stderr).toEqual(['1', 'invalid-signature']);
  });

  test('every library can be imported', () => {
    const all = ['token', 'token/mac/wasm', 'contract', 'contract/errors', 'client', 'store/sqlite']
      .concat('store/postgres', 'authority', 'exec', 'trace')
      .map((name) => `await import('@postern/${name}');`);
    writeFileSync(join(project, 'all.js'), `${all.join('\n')}\nconsole.log('imported');`);
    const { stdout, stderr } = run(process.execPath, ['all.js']);
    expect(stdout, stderr).toBe('imported\n');
  });

  test('declarations: a strict project compiles, a mistake does not', () => {
    const compile = (text: string) => {
      writeFileSync(join(project, 'use.ts'), text);
      const flags = '--noEmit --strict --module nodenext --target es2024 --lib es2024,dom --types node';
      const tsc = join(ROOT, 'node_modules/.bin/tsc');
      return run(tsc, [...flags.split(' '), '--typeRoots', join(ROOT, 'node_modules/@types'), 'use.ts']);
    };
    const start = `import { parseToken, type UnverifiedToken } from '@postern/token';\n`;
    const right = compile(`${start}export const token: UnverifiedToken = parseToken('fm2_x');`);
    expect(right.status, right.stdout).toBe(0);
    const wrong = compile(`${start}export const token: UnverifiedToken = parseToken(7);`);
    expect(wrong.status).not.toBe(0);
    expect(wrong.stdout).toContain("'number' is not assignable");
  });

  test('`postern` alone: it needs no other package', () => {
    const alone = join(scratch, 'alone');
    mkdirSync(alone);
    const tarball = names().find((name) => name.startsWith('postern-cli-')) ?? '';
    const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    expect(run('npm', ['install', ...flags, join(tarballs, tarball)], alone).status).toBe(0);
    expect(readdirSync(join(alone, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      '@postern',
    ]);
    const postern = join(alone, 'node_modules/.bin/postern');
    const version = run(postern, ['--version'], alone);
    expect(version.stdout, version.stderr).toMatch(/^postern v\d+\.\d+\.\d+\n$/);
    expect(run(postern, ['tokens', 'debug', '-t', 'fm2_x'], alone).status).toBe(67);
    const serve = run(postern, ['serve'], alone);
    expect(serve.status).toBe(70);
    expect(serve.stderr).toContain('not part of this installation');
  });

  test('`postern-agent --help`; its spawner is found once it is built', () => {
    const help = run(join(project, 'node_modules/.bin/postern-agent'), ['--help']);
    expect(help.stdout, help.stderr).toContain('Usage: postern-agent');
    const folder = join(project, 'node_modules/@postern/agent/native/spawner');
    const identity = join(project, 'agent.json');
    const key = '-----BEGIN PRIVATE KEY-----';
    writeFileSync(
      identity,
      JSON.stringify({ version: 1, server: 'http://127.0.0.1:9', agent_id: 'agent_x', private_key: key }),
    );
    const start = () => {
      // Standard input ends at once, and with it an agent that was started as an embedded one.
      const program = join(project, 'node_modules/.bin/postern-agent');
      return run(program, ['run', '--embedded', '--identity', identity]).stderr;
    };
    expect(start()).toContain('the native spawner was not built');
    expect(run('make', ['--silent', '-C', folder]).status).toBe(0);
    expect(existsSync(join(folder, 'dist/postern-spawner'))).toBe(true);
    expect(start()).not.toContain('the native spawner was not built');
  });

  test('the server serves, with its dashboard and its agent, and `postern` works with it', async () => {
    const config = join(project, 'config');
    const env = { ...process.env, POSTERN_CONFIG_DIR: config, NO_COLOR: '1' };
    const postern = (...args: string[]) =>
      spawnSync(join(project, 'node_modules/.bin/postern'), args, { cwd: project, env, encoding: 'utf8' });
    const server = spawn(
      join(project, 'node_modules/.bin/postern'),
      ['serve', '--listen', '127.0.0.1:0', '--data-dir', join(project, 'data')],
      { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    server.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise((done) => server.once('exit', done));
    try {
      await until(() => {
        if (server.exitCode !== null) throw new Error(said);
        return said.includes('agent.connected');
      });
      const url = /running at (\S+)/.exec(said)?.[1] ?? '';
      const page = await fetch(url, { headers: { accept: 'text/html' } });
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(await page.text()).toContain('/assets/');
      const ran = postern('machine', 'exec', '-a', 'demo', 'echo packed');
      expect(ran.stdout, ran.stderr).toBe('packed\n');
      const backup = postern('backup', join(project, 'copy'), '--data-dir', join(project, 'data'));
      expect(backup.status, backup.stderr).toBe(0);
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  });

  test('the program of the server says what it can', () => {
    const { stdout, status } = run(join(project, 'node_modules/.bin/postern-server'), ['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('--data-dir');
    expect(readFileSync(join(project, 'node_modules/@postern/server/dist/main.js'), 'utf8')).toMatch(/^#!/);
  });
});
