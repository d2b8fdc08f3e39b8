/** Builds the dashboard into `apps/dashboard/dist/site`, unless nothing it is made of is newer than the last build. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const ROOT = resolve(import.meta.dirname, '..');
const DASHBOARD = join(ROOT, 'apps/dashboard');
const BUILT = join(DASHBOARD, 'dist/site/index.html');

/** What the build is made of, within the repository. */
const SOURCES = [
  'apps/dashboard/src',
  'apps/dashboard/index.html',
  'apps/dashboard/vite.config.ts',
  'packages/token/src',
  'packages/contract/src',
  'packages/client/src',
  'package-lock.json',
];

export async function buildDashboard(): Promise<void> {
  if (isFresh()) return;
  await build({ root: DASHBOARD, configFile: join(DASHBOARD, 'vite.config.ts') });
}

function isFresh(): boolean {
  const built = statSync(BUILT, { throwIfNoEntry: false });
  return built !== undefined && SOURCES.every((source) => newest(join(ROOT, source)) <= built.mtimeMs);
}

/** Milliseconds since the epoch of the last change below a path; a folder changes when a file leaves it. */
function newest(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path)
    .map((name) => newest(join(path, name)))
    .reduce((latest, at) => Math.max(latest, at), stats.mtimeMs);
}

if (import.meta.main) await buildDashboard();
