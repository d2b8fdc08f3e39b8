/** Copies packages of others, in the versions the lockfile pinned, from this repository's node_modules. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const packageSchema = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/** @returns names of the packages and of all they need, sorted. */
export function productionClosure(root: string, names: Iterable<string>): string[] {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    const manifest = join(root, 'node_modules', name, 'package.json');
    const { dependencies } = packageSchema.parse(JSON.parse(readFileSync(manifest, 'utf8')));
    Object.keys(dependencies).forEach(add);
  };
  for (const name of names) add(name);
  return [...found].sort();
}

export function copyDependencies(root: string, names: Iterable<string>, modules: string): void {
  for (const name of productionClosure(root, names)) {
    cpSync(join(root, 'node_modules', name), join(modules, name), { recursive: true });
  }
}
