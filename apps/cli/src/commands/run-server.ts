/** Starts the server program of this installation and stays until it ends. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { PosternError } from '@postern/contract/errors';
import type { Io } from '../core/io.ts';
import { printJson } from '../output/print.ts';

/** Where the server program may be, from the folder of this one: in the repository, and installed beside it. */
const PLACES = ['../../server/src/main.ts', '../../server/dist/main.js'];

/** Runs it with our own streams. @returns its exit status. */
export async function runServer(io: Io, args: readonly string[]): Promise<number> {
  const { status } = await start(io, args, false);
  return status;
}

/** Runs an act of maintenance, whose answer is a few lines; with `json` they are one field of a document. */
export async function runMaintenance(io: Io, args: readonly string[], json: boolean): Promise<number> {
  const { status, said } = await start(io, args, json);
  if (json && status === 0) printJson(io, { version: 1, lines: said.trim().split('\n') });
  return status;
}

async function start(
  io: Io,
  args: readonly string[],
  capture: boolean,
): Promise<{ status: number; said: string }> {
  const program = PLACES.map((place) => resolve(io.programDirectory, place)).find((path) => existsSync(path));
  if (program === undefined) {
    throw new PosternError('internal', 'the server program is not part of this installation', {
      hint: 'install the whole of postern, or run `npm start` in its folder',
    });
  }
  const child = spawn(io.nodePath, [program, ...args], {
    stdio: ['inherit', capture ? 'pipe' : 'inherit', 'inherit'],
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
    const said = child.stdout === null ? '' : await readText(child.stdout);
    return { status: await ended, said };
  } finally {
    for (const forget of undo) forget();
  }
}
