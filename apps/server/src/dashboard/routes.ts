/**
 * The dashboard at `/`: its files, and its one page at every path that is nothing else's. It is asked last, so it
 * never stands before an operation; whoever asks for something other than a page gets the JSON error as before.
 */
import type { Context, Hono } from 'hono';
import { missingBuildPage } from './missing-build-page.ts';
import { PAGE_HEADERS } from './policy.ts';
import { openSite, type SiteFile } from './site.ts';

/** First parts of paths that are not pages, also where there is nothing. */
const NOT_PAGES: ReadonlySet<string> = new Set([
  'v1',
  'api',
  'graphql',
  'cli',
  'docs',
  'healthz',
  'readyz',
  'metrics',
  'assets',
  '.well-known',
]);

const YEAR_SECONDS = 31_536_000;

/** @param directory folder of the built dashboard. */
export function addDashboardRoutes(app: Hono, directory: string): void {
  const site = openSite(directory);

  app.get('/assets/:file', async (c, next) => {
    const file = (await site())?.assets.get(c.req.param('file'));
    if (file === undefined) return next();
    return answer(c, file, `public, max-age=${YEAR_SECONDS}, immutable`);
  });

  app.get('*', async (c, next) => {
    const [, first = ''] = c.req.path.split('/');
    const wantsPage = c.req.header('accept')?.includes('text/html') === true;
    if (NOT_PAGES.has(first) || !wantsPage) return next();
    const built = await site();
    if (built !== undefined) return answer(c, built.index, 'no-store');
    return c.html(missingBuildPage(), 404, { ...PAGE_HEADERS, 'cache-control': 'no-store' });
  });
}

function answer(c: Context, file: SiteFile, cacheControl: string): Response {
  const accepted = c.req.header('accept-encoding') ?? '';
  const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
  const bytes = encoding === 'br' ? file.brotli : encoding === 'gzip' ? file.gzip : file.plain;
  return c.body(bytes, 200, {
    ...PAGE_HEADERS,
    'content-type': file.type,
    'cache-control': cacheControl,
    vary: 'accept-encoding',
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  });
}
