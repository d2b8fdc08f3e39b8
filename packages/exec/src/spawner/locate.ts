/** Where the native spawner is, when it was built. */
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../../../native/spawner/dist/postern-spawner', import.meta.url));

/**
 * @param configured a path an operator gave; looked at alone when given.
 * @returns undefined when there is none that can be run.
 */
export function locateSpawner(configured?: string): string | undefined {
  const candidate = configured ?? BUILT;
  try {
    accessSync(candidate, constants.X_OK);
    return candidate;
  } catch {
    return undefined;
  }
}
