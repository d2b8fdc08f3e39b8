/** What comes from elsewhere: pinned, running nothing when it is installed, under a licence that may be used. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../e2e/installation.ts';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};
const foreign = Object.entries(lock.packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
);

/** Licences whose terms are met by the notices that go with each tarball. */
const ALLOWED =
  /^(?:MIT|MIT-0|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|CC-BY-4\.0|Python-2\.0|MPL-2\.0)$/;

/** Packages that say nothing of their licence in the form npm reads, and what their licence file says. */
const SAID_ELSEWHERE: Readonly<Record<string, string>> = {};

test('every package is pinned by its digest, and none runs a script', () => {
  expect(foreign.length).toBeGreaterThan(50);
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  for (const [path, { integrity, resolved }] of foreign) {
    expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==/);
    expect(resolved ?? 'https://', path).toMatch(/^https:\/\//);
  }
  const running = foreign.filter(
    ([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true,
  );
  expect(running.map(([path]) => path)).toEqual([]);
});

test('versions in the manifests are exact', () => {
  const manifests = Object.keys(lock.packages).filter((path) => !path.includes('node_modules'));
  for (const folder of manifests) {
    const file = join(ROOT, folder, 'package.json');
    if (!existsSync(file)) continue;
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<
      string,
      Record<string, string> | undefined
    >;
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
      for (const [name, version] of Object.entries(manifest[kind] ?? {}))
        expect(version, `${file}: ${name}`).toMatch(/^\d/);
  }
});

test.each(foreign)('%s has a licence that may be used', (path, { license }) => {
  const manifest = join(ROOT, path, 'package.json');
  // Optional packages for other machines are not here; the lockfile speaks for them.
  const own = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, 'utf8')) as { license?: string }).license
    : undefined;
  const said = own ?? license ?? SAID_ELSEWHERE[path] ?? 'none';
  const choices = said.replaceAll(/[()]/g, '').split(' OR ');
  expect(
    choices.some((choice) => choice.split(' AND ').every((each) => ALLOWED.test(each))),
    said,
  ).toBe(true);
});

test('each runtime dependency has a line with its reason', () => {
  const page = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
  const ours = Object.keys(lock.packages).filter((path) => /^(?:apps|packages)\/[^/]+$/.test(path));
  const named = ours.flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    return Object.keys(manifest.dependencies ?? {}).filter((name) => !name.startsWith('@postern/'));
  });
  for (const name of named) expect(page).toContain(`| \`${name}\` |`);
});

test('what is copied out of the dashboard never has npx fetch a package of a stranger, with a token beside it', () => {
  const folder = join(ROOT, 'apps/dashboard/src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  expect(files.length).toBeGreaterThan(50);
  for (const name of files) expect(readFileSync(join(folder, name), 'utf8'), name).not.toContain('npx');
});
