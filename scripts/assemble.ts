/**
 * Lays out an installation: `npm run assemble -- DIR` makes DIR/node_modules with the published packages and exactly
 * the versions of others that the lockfile pinned. Needs no network; what an image or a host is given is this folder.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { billOfMaterials } from './pack/bill-of-materials.ts';
import { copyDependencies } from './pack/copy-dependencies.ts';
import { readManifest } from './pack/manifest.ts';
import { PUBLISHED } from './pack/published.ts';
import { stagePackage } from './pack/stage.ts';

const ROOT = resolve(import.meta.dirname, '..');

function assemble(destination: string): void {
  mkdirSync(destination, { recursive: true });
  if (readdirSync(destination).length > 0) throw new Error(`assemble: ${destination} is not empty`);
  const modules = join(destination, 'node_modules');
  const others = new Set<string>();
  for (const published of PUBLISHED) {
    const { name, dependencies } = readManifest(join(ROOT, published.folder));
    stagePackage(published, join(modules, name));
    if (published.form === 'bundled') continue;
    for (const other of Object.keys(dependencies)) if (!other.startsWith('@postern/')) others.add(other);
  }
  copyDependencies(ROOT, others, modules);
  writeFileSync(join(destination, 'sbom.cdx.json'), billOfMaterials(ROOT));
  // npm would remove what no manifest names.
  writeFileSync(join(destination, 'package.json'), `${JSON.stringify({ private: true, type: 'module' })}\n`);
}

const [destination] = process.argv.slice(2);
if (destination === undefined) {
  console.error('Usage: npm run assemble -- DIR');
  process.exit(64);
}
const { status } = spawnSync('tsc', ['-b'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
assemble(resolve(destination));
