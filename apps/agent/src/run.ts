/** Keeps a connection to the gateway for as long as the agent lives, with jittered backoff between attempts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Means } from './admit.ts';
import type { Identity } from './config.ts';
import { serveConnection } from './connect.ts';
import { createLinkKeeper } from './link-keeper.ts';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 15_000;

/** @param log takes one line for people. */
export async function runAgent(
  identity: Identity,
  means: Means,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  // A clock that nobody sets: a wait must not end early because the time of day was corrected.
  const keeper = createLinkKeeper(means, () => performance.now());
  let attempt = 0;
  const onWelcome = (machines: readonly { readonly id: string }[]): void => {
    attempt = 0;
    const ids = machines.map(({ id }) => id).join(', ');
    log(`connected to ${identity.server}; serving ${ids || 'no machine yet'}`);
  };
  while (!signal.aborted) {
    const { reason, isSilent } = await serveConnection(identity, keeper, { onWelcome }, signal);
    if (signal.aborted) break;
    keeper.failed(isSilent);
    const wait = backoffMs(attempt, Math.random());
    attempt += 1;
    log(`disconnected: ${reason}; trying again in ${Math.round(wait)} ms`);
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
  await keeper.shutDown();
}

/**
 * Twice as long each time, and never the same for two agents: a server that comes back is not met by all at once.
 *
 * @param attempt attempts that have failed before this one.
 * @param random from 0 up to 1.
 */
export function backoffMs(attempt: number, random: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (0.5 + random);
}
