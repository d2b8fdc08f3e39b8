/** Builds the native spawner where a C compiler is; without one the agent runs commands through Node's own spawn. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const FOLDER = join(resolve(import.meta.dirname, '..'), 'native/spawner');

export function buildSpawner(): void {
  const { status, error, stderr } = spawnSync('make', ['--silent', '-C', FOLDER], { encoding: 'utf8' });
  if (error !== undefined) console.warn('build: no make here, so no native spawner');
  else if (status !== 0) console.warn(`build: the native spawner was not built:\n${stderr}`);
}
