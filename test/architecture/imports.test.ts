/**
 * Who may import whom. The table is written out here as a literal, so that a new arrow is a decision and not an
 * accident. It is the table of docs/architecture.md.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

/** For each package: workspace packages, npm packages and Node built-ins its sources may import. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'packages/token': [],
  'packages/contract': ['zod'],
  'packages/store': ['node:*', 'pg'],
  'packages/authority': ['@postern/token', '@postern/store', 'node:*'],
  'packages/exec': ['@postern/contract', 'node:*'],
  'packages/client': ['@postern/contract', 'zod'],
  'packages/trace': [],
  'apps/server': [
    '@postern/token',
    '@postern/contract',
    '@postern/store',
    '@postern/authority',
    '@postern/exec',
    '@postern/trace',
    'node:*',
    'zod',
    'hono',
    'graphql',
    'prom-client',
    '@hono/node-server',
    'ws',
  ],
  'apps/agent': [
    '@postern/trace',
    '@postern/exec',
    '@postern/contract',
    '@postern/token',
    '@postern/client',
    'node:*',
    'ws',
    'zod',
  ],
  'apps/dashboard': ['@postern/client', '@postern/contract', '@postern/token', 'react', 'react-dom', 'zod'],
  'apps/cli': [
    '@postern/client',
    '@postern/contract',
    '@postern/token',
    '@postern/trace',
    'node:*',
    'ws',
    'zod',
  ],
};

/** Files that may import more than their package, each with the reason. */
const EXCEPTIONS: Record<string, readonly string[]> = {
  // The one seam where the pure package meets node:crypto; a subpath of its own.
  'packages/token/src/mac/node.ts': ['node:crypto'],
};

/** Only the authority's own files may reach key bytes, and only through this door. */
const HAZMAT = 'packages/authority/src/hazmat/';

interface Import {
  readonly file: string;
  readonly specifier: string;
}

function sourceFiles(directory: string): string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules'));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const pattern = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)'|import\('([^']+)'\)/g;
  return [...text.matchAll(pattern)].map((match) => ({ file, specifier: match[1] ?? match[2] ?? '' }));
}

const matches = (specifier: string, allowed: readonly string[]): boolean =>
  allowed.some((entry) =>
    entry === 'node:*'
      ? specifier.startsWith('node:')
      : specifier === entry || specifier.startsWith(`${entry}/`),
  );

const packages = Object.keys(MAY_IMPORT);
const all = packages.flatMap((directory) => sourceFiles(`${directory}/src`).flatMap(importsOf));

describe('architecture', () => {
  test('the table names every workspace package', () => {
    const found = ['packages', 'apps'].flatMap((group) =>
      readdirSync(join(ROOT, group)).map((name) => `${group}/${name}`),
    );
    expect(new Set(found)).toEqual(new Set(packages));
  });

  test.each(packages)('%s imports only what the table allows', (directory) => {
    const strangers = all
      .filter((entry) => entry.file.startsWith(`${directory}/`) && !entry.specifier.startsWith('.'))
      .filter((entry) => !matches(entry.specifier, MAY_IMPORT[directory] ?? []))
      .filter((entry) => !matches(entry.specifier, EXCEPTIONS[entry.file] ?? []))
      .map((entry) => `${entry.file} imports ${entry.specifier}`);
    expect(strangers).toEqual([]);
  });

  test.each(packages)('%s reaches into no other package by path', (directory) => {
    const escapes = all
      .filter((entry) => entry.file.startsWith(`${directory}/`) && entry.specifier.startsWith('.'))
      .map((entry) => ({
        ...entry,
        target: relative(ROOT, resolve(ROOT, dirname(entry.file), entry.specifier)),
      }))
      .filter((entry) => !entry.target.startsWith(`${directory}/`))
      .map((entry) => `${entry.file} imports ${entry.target}`);
    expect(escapes).toEqual([]);
  });

  test('key bytes stay behind one door', () => {
    const intruders = all
      .map((entry) => ({
        ...entry,
        target: relative(ROOT, resolve(ROOT, dirname(entry.file), entry.specifier)),
      }))
      .filter((entry) => entry.specifier.startsWith('.') && entry.target.startsWith(HAZMAT))
      .filter((entry) => !entry.file.startsWith(HAZMAT))
      .filter(
        (entry) => !entry.file.startsWith('packages/authority/src/') || entry.target !== `${HAZMAT}index.ts`,
      )
      .map((entry) => `${entry.file} imports ${entry.target}`);
    expect(intruders).toEqual([]);
  });

  test('libraries neither read the environment, nor listen, nor exit', () => {
    const offenders = packages
      .filter((directory) => directory.startsWith('packages/'))
      .flatMap((directory) => sourceFiles(`${directory}/src`))
      .filter((file) =>
        /\bprocess\.(?:env|exit|argv)\b|\.listen\(/.test(readFileSync(join(ROOT, file), 'utf8')),
      );
    expect(offenders).toEqual([]);
  });

  test('manifests declare exactly what the table allows', () => {
    for (const directory of packages) {
      const manifest: unknown = JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8'));
      const declared = Object.keys(
        (manifest as { dependencies?: Record<string, string> }).dependencies ?? {},
      );
      for (const name of declared)
        expect(MAY_IMPORT[directory], `${directory} declares ${name}`).toContain(name);
    }
  });

  test('every runtime dependency has a line with its reason', () => {
    const reasons = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
    const names = new Set(
      Object.values(MAY_IMPORT)
        .flat()
        .filter((name) => !/^(?:@postern\/|node:)/.test(name)),
    );
    for (const name of names)
      expect(reasons, `docs/dependencies.md names ${name}`).toContain(`| \`${name}\` |`);
  });
});
