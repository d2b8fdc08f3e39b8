/** The software bill of materials: what an installation is made of, as CycloneDX 1.5 in JSON. The same lockfile, the same bytes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { productionClosure } from './copy-dependencies.ts';
import { readManifest } from './manifest.ts';
import { PUBLISHED } from './published.ts';

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string(), integrity: z.string() }).partial()),
});
const foreignSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
});

/** @param root of the repository, with its packages installed. */
export function billOfMaterials(root: string): string {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const own = PUBLISHED.map(({ folder }) => readManifest(join(root, folder)));
  const isOurs = (name: string): boolean => name.startsWith('@postern/');
  const needed = own.flatMap(({ dependencies }) => Object.keys(dependencies)).filter((name) => !isOurs(name));
  const others = productionClosure(root, needed).map((name) => {
    const text = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
    return foreignSchema.parse(JSON.parse(text));
  });
  const versions = new Map([...own, ...others].map(({ name, version }) => [name, version]));
  const ref = (name: string): string => `pkg:npm/${name.replace('@', '%40')}@${versions.get(name) ?? ''}`;

  const component = (name: string, license: string, integrity: string | undefined) => ({
    type: 'library',
    'bom-ref': ref(name),
    name,
    version: versions.get(name),
    purl: ref(name),
    licenses: [{ expression: license }],
    ...(integrity === undefined ? {} : { hashes: [sha512(integrity)] }),
  });
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': 'postern', name: 'postern', version: own[0]?.version },
    },
    components: [
      ...own.map(({ name }) => component(name, 'Apache-2.0', undefined)),
      ...others.map(({ name, license }) =>
        component(name, license, lock.packages[`node_modules/${name}`]?.integrity),
      ),
    ],
    dependencies: [
      { ref: 'postern', dependsOn: own.map(({ name }) => ref(name)) },
      ...[...own, ...others].map(({ name, dependencies }) => ({
        ref: ref(name),
        dependsOn: Object.keys(dependencies).map(ref),
      })),
    ],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/** @param integrity `sha512-` and base64, as the lockfile says it. */
function sha512(integrity: string): { readonly alg: string; readonly content: string } {
  const [, digest = ''] = /^sha512-([A-Za-z0-9+/]+=*)$/.exec(integrity) ?? [];
  return { alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') };
}
