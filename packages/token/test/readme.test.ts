/** The examples of the README and of the API page are run and type-checked as they stand there. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as api from '../src/index.ts';
import * as browser from '../src/mac/browser.ts';
import * as node from '../src/mac/node.ts';
import * as wasm from '../src/mac/wasm.ts';

const PACKAGE = join(import.meta.dirname, '..');
const ROOT = join(PACKAGE, '../..');
/** Inside the package, so that its own name resolves. */
const folder = mkdtempSync(join(PACKAGE, 'test/.examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pages = {
  readme: readFileSync(join(PACKAGE, 'README.md'), 'utf8'),
  api: readFileSync(join(ROOT, 'docs/reference/token-api.md'), 'utf8'),
};

function examplesOf(page: string): string {
  return [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? '').join('\n');
}

/** `expression; // => result` becomes an assertion. */
function withAssertions(code: string): string {
  const asserted = code.replaceAll(
    /^(.+); \/\/ => (.+)$/gm,
    (_, expression: string, result: string) => `deepStrictEqual(${expression}, ${result});`,
  );
  return `import { deepStrictEqual } from 'node:assert/strict';\n${asserted}`;
}

const files = { readme: join(folder, 'readme.ts'), api: join(folder, 'api.ts') };
writeFileSync(files.readme, examplesOf(pages.readme));
writeFileSync(files.api, withAssertions(examplesOf(pages.api)));
const run = (file: string): string => execFileSync(process.execPath, [file], { encoding: 'utf8' });

test('the README prints what its comments say', () => {
  const printed = run(files.readme);
  for (const line of [
    'the command `bin/rails db:drop` is not in the list (caveat Commands); it would allow exactly `bin/rails db:migrate`',
    'Organization Apps IfPresent ValidityWindow FlyioUserID',
  ]) {
    expect(pages.readme).toContain(`// ${line}`);
    expect(printed.split('\n')).toContain(line);
  }
  expect(printed).toContain('needs a discharge from https://auth.example.test');
});

/** Names of types: those of the index, and all of the caveats. */
function typesOf(index: string, caveats: string): string[] {
  const named = [...index.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, all, list = '']) =>
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && (all !== undefined || name.startsWith('type ')))
      .map((name) => name.replace('type ', '')),
  );
  const declared = [...caveats.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name);
  return [...named, ...declared];
}

test('the API page is right, and leaves no export out', () => {
  expect(run(files.api)).toBe('');
  const shown = examplesOf(pages.api);
  const source = (name: string): string => readFileSync(join(PACKAGE, 'src', name), 'utf8');
  const types = typesOf(source('index.ts'), source('caveat.ts'));
  expect(types).toEqual(expect.arrayContaining(['Verdict', 'TokenCrypto', 'Refusal', 'StringSetCaveat']));
  const missing = [...Object.keys(api), ...types].filter(
    (name) => !new RegExp(`\\bT\\.${name}\\b`).test(shown),
  );
  expect(missing).toEqual([]);
  for (const module of [browser, node, wasm]) {
    const unnamed = Object.keys(module).filter(
      (name) => !new RegExp(`\\b${name}\\(|\\b${name}\\b[,)]`).test(shown),
    );
    expect(unnamed).toEqual([]);
  }
});

test('both type-check under the strictest flags', () => {
  const config = join(folder, 'tsconfig.json');
  const settings = {
    extends: join(ROOT, 'tsconfig.test.json'),
    include: ['*.ts'],
    exclude: [],
    references: [],
  };
  writeFileSync(config, JSON.stringify(settings));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});
