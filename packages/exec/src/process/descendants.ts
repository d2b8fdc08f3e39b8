/** Processes of this host that descend from one, as the system knows them now. */
import { readFileSync } from 'node:fs';

/** @returns ids of the process itself and of everything below it. */
export function withDescendants(pid: number): number[] {
  const found = [pid];
  for (let at = 0; at < found.length; at += 1) {
    const current = found[at];
    try {
      const list = readFileSync(`/proc/${current}/task/${current}/children`, 'utf8');
      found.push(...list.split(' ').filter(Boolean).map(Number));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** Sends a signal to each; those that are gone are passed over. */
export function signalEach(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone.
    }
  }
}
