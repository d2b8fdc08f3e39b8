/** The examples of the README are run and type-checked as they stand there. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..');
const ROOT = join(PACKAGE, '../..');
const readme = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
/** Inside the package, so that its own name resolves. */
const folder = mkdtempSync(join(PACKAGE, 'test/.readme-'));
const file = join(folder, 'readme.ts');
afterAll(() => rmSync(folder, { recursive: true }));

const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? '');
writeFileSync(file, examples.join('\n'));

test('they run, and print what their comments say', () => {
  expect(examples).toHaveLength(3);
  const printed = execFileSync(process.execPath, [file], { encoding: 'utf8' });
  for (const line of [
    'the command `bin/rails db:drop` is not in the list (caveat Commands); it would allow exactly `bin/rails db:migrate`',
    'Organization Apps IfPresent ValidityWindow FlyioUserID',
  ]) {
    expect(readme).toContain(`// ${line}`);
    expect(printed.split('\n')).toContain(line);
  }
  expect(printed).toContain('needs a discharge from https://auth.example.test');
});

test('they type-check under the strictest flags', () => {
  const config = join(folder, 'tsconfig.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.test.json'),
      include: [file],
      exclude: [],
      references: [],
    }),
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  expect(execFileSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' })).toBe('');
});
