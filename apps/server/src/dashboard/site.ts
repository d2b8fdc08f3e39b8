/** The built dashboard, read into memory: about a megabyte, and nothing outside its folder can be asked for. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export interface SiteFile {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
  readonly brotli: Uint8Array<ArrayBuffer>;
}

export interface Site {
  readonly index: SiteFile;
  /** By file name. Each name holds a hash of the content. */
  readonly assets: ReadonlyMap<string, SiteFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * @param directory folder of the build.
 * @returns a function that gives the site as last built, or undefined while there is none.
 */
export function openSite(directory: string): () => Promise<Site | undefined> {
  let kept: { readonly builtAt: number; readonly site: Promise<Site> } | undefined;
  return async () => {
    const built = await stat(join(directory, 'index.html')).catch(() => undefined);
    if (built === undefined) return undefined;
    if (kept?.builtAt !== built.mtimeMs) kept = { builtAt: built.mtimeMs, site: readSite(directory) };
    return kept.site.catch(() => {
      kept = undefined;
      return undefined;
    });
  };
}

async function readSite(directory: string): Promise<Site> {
  const folder = join(directory, 'assets');
  const names = await readdir(folder);
  const files = await Promise.all(names.map((name) => readSiteFile(join(folder, name))));
  return {
    index: await readSiteFile(join(directory, 'index.html')),
    assets: new Map(names.flatMap((name, at) => (files[at] === undefined ? [] : [[name, files[at]]]))),
  };
}

async function readSiteFile(path: string): Promise<SiteFile> {
  const plain = await readFile(path);
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  return {
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    plain: Uint8Array.from(plain),
    gzip: Uint8Array.from(await promisify(gzip)(plain)),
    brotli: Uint8Array.from(await promisify(brotliCompress)(plain, options)),
  };
}
