/** Compiles one package into a folder of its own, so that nothing of an earlier build gets into a tarball. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @throws Error with what the compiler says. */
export function compile(folder: string, into: string): void {
  const flags = [
    ['--outDir', into],
    ['--declaration', 'true'],
    ['--composite', 'false'],
    ['--incremental', 'false'],
    // Maps name files that are not in the tarball.
    ['--declarationMap', 'false'],
    ['--sourceMap', 'false'],
  ];
  const { status, stdout } = spawnSync('tsc', ['-p', join(folder, 'tsconfig.json'), ...flags.flat()], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`pack: ${folder} does not compile:\n${stdout}`);
  for (const file of readdirSync(into, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.d.ts')) nameJavaScript(join(into, file));
  }
}

/** The compiler rewrites `./verify.ts` in JavaScript but leaves it in declarations, where no such file is. */
function nameJavaScript(file: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replaceAll(/((?:from |import\()['"]\.{1,2}\/[^'"]+)\.tsx?(['"])/g, '$1.js$2'));
}
