/** Builds the dashboard into dist/site: hashed files, one style sheet, one script for each page. */
import { readFile } from 'node:fs/promises';
import { defineConfig, type Plugin } from 'vite';

/** Leaves out what no browser of ours can reach: error messages in fifty languages, and unused schemas. */
const slim: Plugin = {
  name: 'slim',
  enforce: 'pre',
  async load(id) {
    const [path = ''] = id.split('?');
    if (path.endsWith('/zod/v4/locales/index.js')) return "export { default as en } from './en.js';";
    if (!/\/packages\/(?:contract|client)\/src\/.*\.ts$/.test(path)) return null;
    // The same namespace, but one whose unused members the bundler can see.
    return (await readFile(path, 'utf8')).replace("import { z } from 'zod'", "import * as z from 'zod'");
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [slim],
  logLevel: 'warn',
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    target: ['chrome125', 'firefox128', 'safari18'],
    assetsDir: 'assets',
    // Nothing inline: the policy of the page allows files of our own alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
