/** A line that says what is waited for, on a terminal, once it has taken a second. */
import type { Io } from '../core/io.ts';
import { safeText } from './safe-text.ts';

const PATIENCE_MILLISECONDS = 1000;
const FRAMES = ['-', '\\', '|', '/'];

/** Runs `work`; the line is taken away when it is done, so stderr keeps nothing of it. */
export async function withProgress<T>(io: Io, what: string, work: () => Promise<T>): Promise<T> {
  if (!io.terminal.stderr || io.env['TERM'] === 'dumb') return work();
  const begun = io.now();
  let frame = 0;
  let shown = false;
  const timer = setInterval(() => {
    const seconds = Math.floor((io.now() - begun) / 1000);
    shown = true;
    frame += 1;
    io.stderr.write(`\r\u001B[K${FRAMES[frame % FRAMES.length] ?? ''} ${safeText(what)} (${seconds} s)`);
  }, PATIENCE_MILLISECONDS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (shown) io.stderr.write('\r\u001B[K');
  }
}
