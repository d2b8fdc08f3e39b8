/** Starts the server program of this installation and stays until it ends. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { PosternError } from '@postern/contract/errors';
import type { Io } from '../core/io.ts';

/** Where the server program may be, from the folder of this one. */
const PLACES = ['../../server/src/main.ts', 'server.js', '../server/main.js'];

/** @returns the exit status of the server. */
export async function runServer(io: Io, args: readonly string[]): Promise<number> {
  const program = PLACES.map((place) => resolve(io.programDirectory, place)).find((path) => existsSync(path));
  if (program === undefined) {
    throw new PosternError('internal', 'the server program is not part of this installation', {
      hint: 'install the whole of postern, or run `npm start` in its folder',
    });
  }
  const child = spawn(io.nodePath, [program, ...args], { stdio: 'inherit' });
  const undo = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) =>
    // A terminal sends Ctrl-C to both of us; the server decides when it is over.
    io.onSignal(signal, () => signal !== 'SIGINT' && child.kill(signal)),
  );
  try {
    return await new Promise<number>((done, fail) => {
      child.on('error', (cause) => fail(new PosternError('internal', `cannot start ${program}`, { cause })));
      child.on('exit', (code, signal) =>
        done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      );
    });
  } finally {
    for (const forget of undo) forget();
  }
}
