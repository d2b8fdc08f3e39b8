#!/usr/bin/env node
/**
 * Starts the agent: the bundle when it was built and no source is newer, for it holds half the memory; else the
 * sources. Plain JavaScript that old versions of Node can read.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** @param {string} relative */
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`error: postern-agent needs Node 24 or newer; this is ${process.version}\n`);
  process.exit(70);
}
const bundle = path('../dist/postern-agent.cjs');
if (isFresh()) createRequire(import.meta.url)(bundle);
else await import('../src/main.ts');

function isFresh() {
  if (!existsSync(bundle)) return false;
  const built = statSync(bundle).mtimeMs;
  return ['../src', ...['contract', 'exec', 'token'].map((name) => `../../../packages/${name}/src`)]
    .map(path)
    .filter((folder) => existsSync(folder))
    .every((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .every((entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs <= built),
    );
}
