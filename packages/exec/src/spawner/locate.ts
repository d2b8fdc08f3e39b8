/** Where the native spawner is, when it was built. */
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** From this file, from the agent's bundle, and from that bundle in an installed package. */
const BUILT = ['../../../..', '../../..', '..'].map((up) =>
  fileURLToPath(new URL(`${up}/native/spawner/dist/postern-spawner`, import.meta.url)),
);

/**
 * @param configured a path an operator gave; looked at alone when given.
 * @returns undefined when there is none that can be run.
 */
export function locateSpawner(configured?: string): string | undefined {
  return (configured === undefined ? BUILT : [configured]).find(canRun);
}

function canRun(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
