/** A line that says what is waited for, on a terminal, once it has taken a second. */
import type { Io } from '../core/io.ts';
import { safeText } from './safe-text.ts';

const PATIENCE_MILLISECONDS = 1000;
const FRAMES = ['-', '\\', '|', '/'];

/** There is one stderr, and so one line at a time: what is waited for inside of a wait has none of its own. */
let waiting = false;

/**
 * Runs `work`; the line is taken away when it is done, so stderr keeps nothing of it.
 *
 * @param what words for the line, or undefined for work during which nothing shall be shown.
 */
export async function withProgress<T>(io: Io, what: string | undefined, work: () => Promise<T>): Promise<T> {
  if (waiting || !io.terminal.stderr || io.env['TERM'] === 'dumb') return work();
  const begun = io.now();
  let shown = false;
  const show = (): void => {
    const seconds = Math.floor((io.now() - begun) / 1000);
    const frame = FRAMES[seconds % FRAMES.length] ?? '';
    shown = true;
    io.stderr.write(`\r\u001B[K${frame} ${safeText(what ?? '')} (${seconds} s)`);
  };
  const timer = what === undefined ? undefined : setInterval(show, PATIENCE_MILLISECONDS);
  waiting = true;
  try {
    return await work();
  } finally {
    waiting = false;
    clearInterval(timer);
    if (shown) io.stderr.write('\r\u001B[K');
  }
}
