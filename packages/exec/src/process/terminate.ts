/** Ending a process group: politely, then for sure. */
import { EXEC_LIMITS } from '@postern/contract';

/** Sends a signal to a whole process group; false when nobody is left in it. */
export function signalGroup(processGroup: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-processGroup, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * SIGTERM to the group, then SIGKILL after the grace to whoever is left.
 *
 * @returns how to stop waiting, once the group is known to be gone.
 */
export function terminateGroup(processGroup: number): () => void {
  if (!signalGroup(processGroup, 'SIGTERM')) return () => undefined;
  // A stopped process takes no SIGTERM until it goes on.
  signalGroup(processGroup, 'SIGCONT');
  const timer = setTimeout(() => signalGroup(processGroup, 'SIGKILL'), EXEC_LIMITS.graceMs);
  return () => clearTimeout(timer);
}
