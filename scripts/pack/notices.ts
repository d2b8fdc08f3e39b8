/** Licences of the packages a bundle holds: their text must travel with the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const packageSchema = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
});

/**
 * @param root folder of node_modules.
 * @param names direct dependencies; theirs are found.
 * @throws Error for a package without a licence file.
 */
export function notices(root: string, names: readonly string[]): string {
  const found = new Map<string, string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    const folder = join(root, 'node_modules', name);
    const manifest = packageSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`pack: ${name} has no licence file`);
    const title = `${name} ${manifest.version}`;
    found.set(
      name,
      `${title}\n${'-'.repeat(title.length)}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`,
    );
    Object.keys(manifest.dependencies).forEach(add);
  };
  names.forEach(add);
  const texts = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `This package holds code of these packages, under their licences.\n\n${texts.join('\n')}`;
}
