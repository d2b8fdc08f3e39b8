/** The software bill of materials says what is shipped, all of it, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { billOfMaterials } from '../../scripts/pack/bill-of-materials.ts';
import { ROOT } from '../e2e/installation.ts';

const billSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.object({
      'bom-ref': z.string(),
      name: z.string(),
      version: z.string(),
      purl: z.string().regex(/^pkg:npm\/[^@]+@\d/),
      licenses: z.tuple([z.object({ expression: z.string().min(2) })]),
      hashes: z.tuple([z.object({ alg: z.literal('SHA-512'), content: z.string() })]).optional(),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

const text = billOfMaterials(ROOT);
const bill = billSchema.parse(JSON.parse(text));
const names = bill.components.map(({ name }) => name);

test('every package that is named as a dependency stands in it, and none that only builds or tests', () => {
  const page = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
  const named = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(8);
  expect(names).toEqual(expect.arrayContaining(named));
  expect(names).toEqual(expect.arrayContaining(['@postern/server', '@postern/token', 'scheduler']));
  for (const tool of ['typescript', 'vitest', 'esbuild', 'vite', 'playwright-core'])
    expect(names).not.toContain(tool);
});

test('packages of others have the digest that the lockfile pins', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string } | undefined>;
  };
  for (const { name, hashes } of bill.components.filter((each) => !each.name.startsWith('@postern/'))) {
    const pinned = lock.packages[`node_modules/${name}`]?.integrity ?? '';
    expect(`sha512-${Buffer.from(hashes?.[0].content ?? '', 'hex').toString('base64')}`, name).toBe(pinned);
  }
});

test('whatever depends, and whatever is depended on, is a component', () => {
  const refs = new Set(['postern', ...bill.components.map((each) => each['bom-ref'])]);
  for (const { ref, dependsOn } of bill.dependencies)
    for (const each of [ref, ...dependsOn]) expect([...refs]).toContain(each);
});

test('the same lockfile gives the same bytes', () => expect(billOfMaterials(ROOT)).toBe(text));
