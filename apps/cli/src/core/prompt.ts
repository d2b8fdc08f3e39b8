/**
 * Questions, only where a person can answer: on a terminal. They go to stderr, so that stdout stays data.
 * A command that needs an answer and cannot ask says which flag gives it.
 */
import { createInterface } from 'node:readline/promises';
import { PosternError } from '@postern/contract/errors';
import { safeText } from '../output/safe-text.ts';
import { styleFor } from '../output/style.ts';
import { Interrupted } from './interrupted.ts';
import type { Io } from './io.ts';

const MAX_TRIES = 3;

/** Whether stdin and stderr are both a terminal. */
export function mayAsk(io: Io): boolean {
  return io.terminal.stdin && io.terminal.stderr;
}

/**
 * Asks for one line.
 *
 * @param signal ends the question without an answer, when it comes from elsewhere.
 * @throws Interrupted for Ctrl-C and for the end of the input.
 */
export async function ask(io: Io, question: string, signal?: AbortSignal): Promise<string> {
  const lines = createInterface({ input: io.stdin, output: io.stderr, terminal: true });
  const gaveUp = new Promise<never>((_resolve, reject) => {
    lines.once('SIGINT', () => reject(new Interrupted()));
    lines.once('close', () => reject(new Interrupted()));
  });
  gaveUp.catch(() => undefined);
  try {
    return (
      await Promise.race([lines.question(question, signal === undefined ? {} : { signal }), gaveUp])
    ).trim();
  } finally {
    lines.removeAllListeners('close');
    lines.close();
  }
}

/** Lets the person choose one of several lines by its number. @returns its index. */
export async function choose(io: Io, title: string, lines: readonly string[]): Promise<number> {
  const style = styleFor(io, 'stderr');
  io.stderr.write(`${style.bold(title)}\n`);
  for (const [index, line] of lines.entries()) io.stderr.write(`  ${index + 1}) ${safeText(line)}\n`);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const answer = await ask(io, `Number [1-${lines.length}]: `);
    const number = /^\d{1,6}$/.test(answer) ? Number(answer) : 0;
    if (number >= 1 && number <= lines.length) return number - 1;
    io.stderr.write(`not one of 1 to ${lines.length}\n`);
  }
  throw new PosternError('bad_request', 'nothing was chosen');
}

/**
 * Asks before something that cannot be undone.
 *
 * @param yes value of `--yes`.
 * @throws PosternError `bad_request` when it was declined, or when nobody can be asked.
 */
export async function confirm(io: Io, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!mayAsk(io)) {
    throw new PosternError('bad_request', `${question} Nobody can be asked here`, {
      hint: 'say --yes to go on without being asked',
    });
  }
  const answer = await ask(io, `${safeText(question)} [y/N] `);
  if (!/^y(?:es)?$/i.test(answer)) throw new PosternError('bad_request', 'nothing was done');
}
