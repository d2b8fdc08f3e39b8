/** The package.json of a tarball: what the one in the repository says, without what only the repository needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Published } from './published.ts';

const words = z.record(z.string(), z.string());

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  type: z.literal('module'),
  sideEffects: z.boolean().optional(),
  bin: words.optional(),
  exports: words.optional(),
  dependencies: words.default({}),
});
export type Manifest = z.infer<typeof manifestSchema>;

export function readManifest(folder: string): Manifest {
  return manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
}

/** Node that can read what is compiled; the libraries need less than the programs, and nobody tests less. */
const ENGINES = { node: '>=24' };

export function packedManifest(published: Published, manifest: Manifest): Record<string, unknown> {
  const { name, version, license, type, sideEffects, exports } = manifest;
  const ours = Object.fromEntries((published.alsoNeeds ?? []).map((needed) => [needed, version]));
  const dependencies = published.form === 'compiled' ? { ...manifest.dependencies, ...ours } : {};
  const bin = published.bin ?? manifest.bin;
  return {
    name,
    version,
    description: published.description,
    license,
    type,
    ...(sideEffects === undefined ? {} : { sideEffects }),
    engines: ENGINES,
    ...(bin === undefined ? {} : { bin }),
    ...(exports === undefined ? {} : { exports: compiledExports(exports) }),
    ...(Object.keys(dependencies).length === 0 ? {} : { dependencies }),
  };
}

/** `./src/mac/node.ts` becomes its JavaScript and its declarations. */
function compiledExports(exports: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(exports).map(([path, source]) => {
      const built = source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
      return [path, { types: `${built}.d.ts`, default: `${built}.js` }];
    }),
  );
}
