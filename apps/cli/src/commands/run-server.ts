/** Starts the server program of this installation and stays until it ends. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { PosternError } from '@postern/contract/errors';
import type { Io } from '../core/io.ts';
import { print, printJson, say } from '../output/print.ts';
import { withProgress } from '../output/progress.ts';

/** Where the server program may be, from the folder of this one: in the repository, and installed beside it. */
const PLACES = ['../../server/src/main.ts', '../../server/dist/main.js'];

/** Runs it with our own streams. @returns its exit status. */
export async function runServer(io: Io, args: readonly string[]): Promise<number> {
  return (await start(io, args, false)).status;
}

/**
 * Runs an act of maintenance, whose answer is a few lines; with `json` they are one field of a document.
 *
 * @param what words for the line that is shown while it takes long.
 */
export async function runMaintenance(
  io: Io,
  args: readonly string[],
  json: boolean,
  what: string,
): Promise<number> {
  const { status, said, complained } = await withProgress(io, what, () => start(io, args, true));
  for (const line of linesOf(complained)) say(io, line);
  if (!json) for (const line of linesOf(said)) print(io, line);
  else if (status === 0) printJson(io, { version: 1, lines: linesOf(said) });
  return status;
}

function linesOf(text: string): string[] {
  return text.trim() === '' ? [] : text.trim().split('\n');
}

interface Ended {
  readonly status: number;
  /** What it wrote to stdout and to stderr, where that was captured. */
  readonly said: string;
  readonly complained: string;
}

async function start(io: Io, args: readonly string[], capture: boolean): Promise<Ended> {
  const program = PLACES.map((place) => resolve(io.programDirectory, place)).find((path) => existsSync(path));
  if (program === undefined) {
    throw new PosternError('internal', 'the server program is not part of this installation', {
      hint: 'install the whole of postern, or run `npm start` in its folder',
    });
  }
  const child = spawn(io.nodePath, [program, ...args], {
    stdio: ['inherit', capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
  });
  const undo = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) =>
    // A terminal sends Ctrl-C to both of us; the server decides when it is over.
    io.onSignal(signal, () => signal !== 'SIGINT' && child.kill(signal)),
  );
  try {
    const ended = new Promise<number>((done, fail) => {
      child.on('error', (cause) => fail(new PosternError('internal', `cannot start ${program}`, { cause })));
      child.on('exit', (code, signal) =>
        done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      );
    });
    const [said, complained] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    return { status: await ended, said, complained };
  } finally {
    for (const forget of undo) forget();
  }
}

async function textOf(stream: Readable | null): Promise<string> {
  return stream === null ? '' : readText(stream);
}
