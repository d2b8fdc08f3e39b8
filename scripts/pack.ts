/**
 * Makes the tarballs that are published: `npm run pack [DIR]`, default `dist`. In the repository sources run as they
 * are; Node does not strip types below node_modules, so a tarball holds JavaScript and declarations.
 *
 * The same commit gives the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { billOfMaterials } from './pack/bill-of-materials.ts';
import { PUBLISHED } from './pack/published.ts';
import { stagePackage } from './pack/stage.ts';

function pack(destination: string): void {
  mkdirSync(destination, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'postern-pack-'));
  try {
    for (const published of PUBLISHED) {
      const stage = join(work, published.folder);
      stagePackage(published, stage);
      console.log(packFolder(stage, destination));
    }
    writeFileSync(join(destination, 'sbom.cdx.json'), billOfMaterials(resolve(import.meta.dirname, '..')));
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** @returns a line with the sum and the name of the tarball. */
function packFolder(stage: string, destination: string): string {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', destination],
    { cwd: stage, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`pack: npm pack failed in ${stage}:\n${stderr}`);
  const name = stdout.trim().split('\n').at(-1) ?? '';
  const sum = createHash('sha256')
    .update(readFileSync(join(destination, name)))
    .digest('hex');
  return `${sum}  ${name}`;
}

// The declarations of the packages a package needs; compiling one reads those of the others.
const { status } = spawnSync('tsc', ['-b'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
pack(resolve(process.argv[2] ?? 'dist'));
