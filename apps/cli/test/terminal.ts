/** Runs a program on a pseudo-terminal made by script(1), and talks to it. */
import { spawn } from 'node:child_process';
import { joinShellWords } from '@postern/contract';
import { BIN, type World } from './postern.ts';

export interface Terminal {
  /** Waits until the text has appeared since the last wait. @returns everything up to and with it. */
  see(text: string): Promise<string>;
  type(keys: string): void;
  /** Waits for the end. */
  end(): Promise<{ readonly code: number | null; readonly screen: string }>;
}

interface TerminalOptions {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Shell text after the command, such as a pipe. */
  readonly after?: string;
}

const PATIENCE_MILLISECONDS = 20_000;
const ROWS = 24;
/** A program asks where the cursor is, and waits for the answer. */
const WHERE = '\u001B[6n';

/** `postern` on a terminal. */
export function openTerminal(world: World, args: readonly string[], options: TerminalOptions = {}): Terminal {
  const env = { ...world.env, ...options.env };
  return openProgram([process.execPath, BIN, ...args], world.home, { ...options, env });
}

/** Any program on a terminal, in a directory, with no other environment than the one given. */
export function openProgram(words: readonly string[], cwd: string, options: TerminalOptions = {}): Terminal {
  const line = joinShellWords(words);
  const columns = options.columns ?? 80;
  const command = `stty cols ${columns} rows ${ROWS}; ${options.after === undefined ? 'exec ' : ''}${line} ${options.after ?? ''}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd,
    env: { TERM: 'xterm', SHELL: '/bin/sh', ...options.env },
  });
  let screen = '';
  let seen = 0;
  let look: () => void = () => undefined;
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    // A terminal answers; ours leaves the cursor in the last corner.
    const asked = (screen + data).split(WHERE).length - screen.split(WHERE).length;
    screen += data;
    for (let each = 0; each < asked; each += 1) child.stdin.write(`\u001B[${ROWS};${columns}R`);
    look();
  });
  let over = false;
  const closed = new Promise<number | null>((done) => {
    child.on('close', (code) => {
      over = true;
      done(code);
      look();
    });
  });
  return {
    see: (text) =>
      new Promise((found, fail) => {
        const timer = setTimeout(() => {
          child.kill('SIGKILL');
          fail(new Error(`never saw ${JSON.stringify(text)} in ${JSON.stringify(screen)}`));
        }, PATIENCE_MILLISECONDS);
        look = () => {
          const at = screen.indexOf(text, seen);
          if (at < 0 && !over) return;
          clearTimeout(timer);
          look = () => undefined;
          if (at < 0) {
            fail(new Error(`ended without ${JSON.stringify(text)}: ${JSON.stringify(screen)}`));
            return;
          }
          const from = seen;
          seen = at + text.length;
          found(screen.slice(from, seen));
        };
        look();
      }),
    type: (keys) => child.stdin.write(keys),
    end: async () => ({ code: await closed, screen }),
  };
}
