/** The pages of the reference that are made from code say what the code says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { referencePages } from '../../scripts/reference.ts';
import { ROOT } from '../e2e/installation.ts';

const pages = await referencePages();

test.each(Object.entries(pages))('%s is in step; `node scripts/reference.ts` writes it', (page, text) => {
  expect(readFileSync(join(ROOT, page), 'utf8')).toBe(text);
});

test('every limit and every error has its words', () => {
  for (const page of ['docs/reference/limits.md', 'docs/reference/errors.md'])
    for (const row of pages[page]?.split('\n').filter((line) => line.startsWith('| `')) ?? [])
      expect(row).not.toMatch(/\| {1,2}\|$/);
});
