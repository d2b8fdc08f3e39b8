/** Processes of this host that belong to one, as the system knows them now. */
import { EXEC_LIMITS } from '@postern/contract';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

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

/**
 * A member of a session keeps its number when it loses its parent, and while there is one the system gives the number
 * to no other process.
 *
 * @param session id of the process that began it, which may have ended.
 * @returns ids of those in it that still run.
 */
export function sessionMembers(session: number): number[] {
  return processes((pid) => {
    // The name in parentheses may hold blanks and parentheses; state and session follow it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' && Number(fields[3]) === session;
  });
}

/** @returns ids of those that were started with a variable in their environment, or descend from one that was. */
export function processesMarked(variable: string): number[] {
  return processes((pid) => readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(variable));
}

/** None where the system does not list them. */
function processes(matches: (pid: number) => boolean): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return matches(pid);
      } catch {
        // It has ended meanwhile, or is not ours to see.
        return false;
      }
    });
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

/** Milliseconds between two looks at whether somebody is left. */
const LOOK_MS = 50;

/**
 * Ends all there are: the polite signal, a grace, then the one that cannot be refused. Resolves when nobody is left, or
 * after a second grace: who may not be signalled, as one that became another user, holds nobody.
 */
export async function endEach(find: () => number[]): Promise<void> {
  const deadline = performance.now() + EXEC_LIMITS.graceMs;
  let left = find();
  signalEach(left, 'SIGTERM');
  // A stopped process takes no SIGTERM until it goes on.
  signalEach(left, 'SIGCONT');
  while (left.length > 0 && performance.now() < deadline + EXEC_LIMITS.graceMs) {
    await sleep(LOOK_MS);
    left = find();
    if (performance.now() > deadline) signalEach(left, 'SIGKILL');
  }
}
