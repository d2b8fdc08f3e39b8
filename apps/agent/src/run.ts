/** Keeps a connection to the gateway for as long as the agent lives, with jittered backoff between attempts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Means } from './admit.ts';
import type { Identity } from './config.ts';
import { serveConnection } from './connect.ts';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 15_000;

/** @param log takes one line for people. */
export async function runAgent(
  identity: Identity,
  means: Means,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  let attempt = 0;
  while (!signal.aborted) {
    const reason = await serveConnection(
      identity,
      means,
      {
        onWelcome: (machines) => {
          attempt = 0;
          log(
            `connected to ${identity.server}; serving ${machines.map(({ id }) => id).join(', ') || 'no machine yet'}`,
          );
        },
      },
      signal,
    );
    if (signal.aborted) return;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (0.5 + Math.random());
    attempt += 1;
    log(`disconnected: ${reason}; trying again in ${Math.round(wait)} ms`);
    await sleep(wait, undefined, { signal }).catch(() => undefined);
  }
}
