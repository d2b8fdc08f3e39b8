/** docs/dashboard.md tells of every page there is, and shows pictures that exist and are small. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const MOST_BYTES = 1_500_000;
const text = readFileSync(join(ROOT, 'docs/dashboard.md'), 'utf8');

test('every page of the dashboard is told of', () => {
  const source = readFileSync(join(ROOT, 'apps/dashboard/src/pages.ts'), 'utf8');
  const paths = [...source.matchAll(/\bpath: '([^']+)'/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !text.includes(`\`${path}\``))).toEqual([]);
});

test('every picture is shown, and together they are small', () => {
  const folder = join(ROOT, 'docs/images');
  const shown = [...text.matchAll(/!\[[^\]]+\]\(images\/([\w-]+\.png)\)/g)].map(([, name = '']) => name);
  expect(shown.toSorted()).toEqual(readdirSync(folder).toSorted());
  const bytes = shown.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(bytes).toBeLessThan(MOST_BYTES);
});
