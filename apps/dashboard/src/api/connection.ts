/** Whether the server can be reached. While it cannot, it is asked again ever more slowly, once for the whole page. */
import { watched, type Watched } from './store.ts';

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

export const connection: Watched<'ok' | 'lost'> = watched<'ok' | 'lost'>('ok');

let waiting: ReturnType<typeof setTimeout> | undefined;
let wait = FIRST_WAIT_MS;

export function connectionWorks(): void {
  clearTimeout(waiting);
  waiting = undefined;
  wait = FIRST_WAIT_MS;
  connection.set('ok');
}

export function connectionLost(): void {
  connection.set('lost');
  if (waiting === undefined) tryLater();
}

/** Asks at once: the reader pressed the button, or the network came back. */
export function tryNow(): void {
  clearTimeout(waiting);
  waiting = undefined;
  void ask();
}

function tryLater(): void {
  waiting = setTimeout(() => {
    waiting = undefined;
    void ask();
  }, wait);
  wait = Math.min(wait * 2, LONGEST_WAIT_MS);
}

async function ask(): Promise<void> {
  try {
    const answer = await fetch('/healthz', { redirect: 'error' });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    connectionWorks();
  } catch {
    connectionLost();
  }
}

globalThis.addEventListener('online', () => {
  if (connection.get() === 'lost') tryNow();
});
