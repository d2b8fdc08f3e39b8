/**
 * Bundles the agent into one file, `apps/agent/dist/postern-agent.cjs`. From its sources it holds 113 MB when idle,
 * most of it what strips the types; from the bundle 64 MB.
 */
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { slim } from './build-cli.ts';

const AGENT = resolve(import.meta.dirname, '../apps/agent');

export async function buildAgent(): Promise<void> {
  await build({
    entryPoints: [resolve(AGENT, 'src/main.ts')],
    outfile: resolve(AGENT, 'dist/postern-agent.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    define: { 'import.meta.url': 'ownUrl' },
    banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename).href;" },
    legalComments: 'none',
    // Optional native helpers of ws, which fall back to JavaScript.
    external: ['bufferutil', 'utf-8-validate'],
    plugins: [slim],
    logLevel: 'warning',
  });
}
