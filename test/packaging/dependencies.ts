/** Packages of others from this repository's own node_modules, so that an installation needs no network. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../e2e/installation.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** @returns what a project may say under `dependencies` so that each is taken from here. */
export function fromHere(names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  const add = (name: string): void => {
    if (found[name] !== undefined) return;
    const folder = join(ROOT, 'node_modules', name);
    found[name] = `file:${folder}`;
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    Object.keys(manifest.dependencies ?? {}).forEach(add);
  };
  names.forEach(add);
  return found;
}
