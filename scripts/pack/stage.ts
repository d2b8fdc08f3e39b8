/** Lays out what goes into one tarball. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { compile } from './compile.ts';
import { packedManifest, readManifest } from './manifest.ts';
import { notices } from './notices.ts';
import type { Published } from './published.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** @param stage an empty folder. @throws Error when something that belongs to it is not there. */
export function stagePackage(published: Published, stage: string): void {
  const folder = join(ROOT, published.folder);
  const manifest = readManifest(folder);
  mkdirSync(stage, { recursive: true });
  if (published.form === 'compiled') compile(folder, join(stage, 'dist'));
  for (const program of Object.values(published.bin ?? {})) makeProgram(join(stage, program));
  for (const file of published.files) {
    const from = typeof file === 'string' ? join(folder, file) : join(ROOT, file.from);
    const to = join(stage, typeof file === 'string' ? file : file.to);
    if (!existsSync(from)) throw new Error(`pack: ${from} is not there; run \`npm run build\``);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to, { recursive: true });
  }
  if (published.form === 'bundled') {
    const others = Object.keys(manifest.dependencies).filter((name) => !name.startsWith('@postern/'));
    writeFileSync(join(stage, 'THIRD-PARTY-NOTICES.txt'), notices(ROOT, others));
  }
  const readme = join(folder, 'README.md');
  if (existsSync(readme)) cpSync(readme, join(stage, 'README.md'));
  else writeFileSync(join(stage, 'README.md'), `# ${manifest.name}\n\n${published.description}\n`);
  cpSync(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'));
  writeFileSync(
    join(stage, 'package.json'),
    `${JSON.stringify(packedManifest(published, manifest), null, 2)}\n`,
  );
}

/** A shell must know what runs it. */
function makeProgram(file: string): void {
  writeFileSync(file, `#!/usr/bin/env node\n${readFileSync(file, 'utf8')}`, { mode: 0o755 });
}
