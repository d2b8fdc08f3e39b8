/** Packages of others from this repository's own node_modules, so that an installation needs no network. */
import { join } from 'node:path';
import { productionClosure } from '../../scripts/pack/copy-dependencies.ts';
import { ROOT } from '../e2e/installation.ts';

/** @returns what a project may say under `dependencies` so that each is taken from here. */
export function fromHere(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    productionClosure(ROOT, names).map((name) => [name, `file:${join(ROOT, 'node_modules', name)}`]),
  );
}
