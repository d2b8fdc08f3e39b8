/** SECURITY.md names a test for each guarantee; here it is made sure that each of them is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../e2e/installation.ts';

const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
const section = page.split('## Guarantees')[1]?.split('\n## ')[0] ?? '';
const rows = section
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => {
    const [, guarantee = '', tests = ''] = line.split(' | ').map((cell) => cell.replaceAll('|', '').trim());
    return {
      guarantee,
      named: [...tests.matchAll(/`([^`]+)`: “([^”]+)”/g)].map(([, file = '', title = '']) => ({
        file,
        title,
      })),
    };
  });

test('every invariant of the design has its row', () => {
  expect(rows.length).toBeGreaterThanOrEqual(11);
  const titles = rows.flatMap(({ named }) => named.map(({ title }) => title)).join('\n');
  for (const invariant of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(titles).toContain(`invariant ${invariant}: `);
});

test.each(rows)('$guarantee', ({ named }) => {
  expect(named.length).toBeGreaterThan(0);
  for (const { file, title } of named) expect(readFileSync(join(ROOT, file), 'utf8'), file).toContain(title);
});
