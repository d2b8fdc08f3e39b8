/**
 * Every shell block of the documentation, run as it stands, page by page, in a folder of its own against a fresh
 * server. A block ends at the first command that fails, as a reader would.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { install, ROOT, type Installation } from '../e2e/installation.ts';
import { insisting, missingLine, sessions, shellBlocks, type ShellBlock } from './shell-blocks.ts';

/** Pages whose blocks another test holds. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'docs/reference/cli.md': 'generated from the help of each command; apps/cli/test reads the examples',
};

const pages = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md']
  .concat(
    readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
  )
  .filter((name) => name.endsWith('.md') && !(name in ELSEWHERE))
  .toSorted();

const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const runnable = pages.filter((page) => shellBlocks(read(page)).length > 0);

test('use cases, the tutorial and the README are among the pages that are run', () => {
  expect(runnable).toContain('README.md');
  expect(runnable).toContain('docs/tutorial.md');
  expect(runnable.filter((page) => page.startsWith('docs/use-cases/')).length).toBeGreaterThanOrEqual(7);
});

test.each(pages)('%s names the language of every block of code', (page) => {
  const fences = read(page)
    .split('\n')
    .filter((line) => line.trimStart().startsWith('```'));
  expect(fences.length % 2).toBe(0);
  for (const fence of fences.filter((_, index) => index % 2 === 0)) expect(fence).toMatch(/^\s*```\w+/);
});

describe.each(runnable)('%s', (page) => {
  test('works as written', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-docs-'));
    const postern = await install();
    try {
      const env = prepare(folder, postern);
      for (const blocks of sessions(shellBlocks(read(page)))) {
        const offline = blocks[0]?.when === 'offline';
        if (offline) await postern.stop();
        const { status, output, lastLine } = await run(blocks, join(folder, 'work'), env);
        expect(status, `${page}:${lastLine}\n${output}`).toBe(0);
        for (const { line, prints } of blocks)
          expect(missingLine(partOf(output, line), prints), `${page}:${line}\n${output}`).toBe(undefined);
        if (offline) await postern.start();
      }
    } finally {
      await postern.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** A folder that looks like a clone to whoever runs `npx` and `npm start` in it, with `postern` on the PATH. */
function prepare(folder: string, postern: Installation): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  const work = join(folder, 'work');
  for (const directory of [bin, work, join(folder, 'home')]) mkdirSync(directory);
  symlinkSync(join(ROOT, 'apps/cli/bin/postern.js'), join(bin, 'postern'));
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const name of ['package.json', 'node_modules', 'apps', 'packages', 'scripts', 'native'])
    symlinkSync(join(ROOT, name), join(work, name));
  const plain = Object.entries(process.env).filter(([name]) => !/^(?:POSTERN|FLY|GITHUB)_/.test(name));
  return {
    ...Object.fromEntries(plain),
    HOME: join(folder, 'home'),
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    POSTERN_CONFIG_DIR: postern.configDir,
    POSTERN_URL: postern.url,
    DATA: postern.dataDir,
    BACKUP: join(folder, 'backup'),
    NO_COLOR: '1',
  };
}

interface Ran {
  readonly status: number | null;
  readonly output: string;
  /** Where the last block that was begun stands on the page. */
  readonly lastLine: string;
}

function run(blocks: readonly ShellBlock[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  const script = blocks.map((block) => `echo "-- line ${block.line}"\n${insisting(block.script)}`).join('\n');
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n${script}`], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (status) => {
      const lastLine = [...output.matchAll(/^-- line (\d+)$/gm)].at(-1)?.[1] ?? '?';
      resolve({ status, output, lastLine });
    });
  });
}

/** What the block at this line printed. */
const partOf = (output: string, line: number): string =>
  output.split(/^(?=-- line \d+$)/m).find((part) => part.startsWith(`-- line ${line}\n`)) ?? '';
