/** Every link between pages leads to a file that is there, and to a heading that is in it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../e2e/installation.ts';

const pages = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'packages/token/README.md']
  .concat(
    readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
  )
  .filter((name) => name.endsWith('.md'));

const withoutCode = (page: string): string =>
  page.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');

/** The anchor of a heading, as forges make it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

function anchorsOf(file: string): string[] {
  const page = readFileSync(file, 'utf8').replaceAll(/^```.*?^```/gms, '');
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

test.each(pages)('%s', (name) => {
  const file = join(ROOT, name);
  const wrong: string[] = [];
  for (const [, target = ''] of withoutCode(readFileSync(file, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path = '', anchor] = target.split('#');
    const to = path === '' ? file : join(dirname(file), path);
    if (!existsSync(to)) wrong.push(`${target}: there is no ${relative(ROOT, to)}`);
    else if (anchor !== undefined && !anchorsOf(to).includes(anchor))
      wrong.push(`${target}: no such heading`);
  }
  expect(wrong).toEqual([]);
});

test('every page can be reached from the index', () => {
  const index = join(ROOT, 'docs/README.md');
  const seen = new Set([index]);
  for (const page of seen) {
    if (!page.endsWith('.md')) continue;
    for (const [, target = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      const to = join(dirname(page), target);
      if (!/^[a-z]+:/.test(target) && existsSync(to)) seen.add(to);
    }
  }
  const lost = pages.filter((name) => name.startsWith('docs/') && !seen.has(join(ROOT, name)));
  expect(lost).toEqual([]);
});
