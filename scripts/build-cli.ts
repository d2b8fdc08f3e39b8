/**
 * Bundles the command line into one file, `apps/cli/dist/postern.cjs`. One file starts faster than many, and
 * CommonJS faster than ES modules. What only some commands need is still evaluated only by them.
 */
import { chmod } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';

const CLI = resolve(import.meta.dirname, '../apps/cli');

export async function buildCli(): Promise<void> {
  const outfile = resolve(CLI, 'dist/postern.cjs');
  await build({
    entryPoints: [resolve(CLI, 'src/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    define: { 'import.meta.dirname': '__dirname' },
    legalComments: 'none',
    // Optional native helpers of ws, which fall back to JavaScript.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
  });
  await chmod(outfile, 0o644);
}

if (import.meta.main) await buildCli();
