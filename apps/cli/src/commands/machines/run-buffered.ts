/** One exec whose answer is taken whole: for `--json`. */
import type { z } from 'zod';
import type { Operations } from '@postern/contract';
import type { Place } from '../../choose/machine.ts';
import type { Io } from '../../core/io.ts';
import { printJson } from '../../output/print.ts';
import type { Session } from '../../settings/connect.ts';

export type ExecBody = z.input<Operations['runExec']['body']>;

interface BufferedFlags {
  readonly stdin: boolean;
}

/** @returns the exit status of the command as a shell reports it. */
export async function runBuffered(
  io: Io,
  flags: BufferedFlags,
  { client, operations }: Session,
  place: Place,
  request: ExecBody,
): Promise<number> {
  const result = await client.call(operations.runExec, {
    params: { app: place.app, machine: place.machine },
    body: await sendStdin(io, flags, request),
  });
  printJson(io, { ...result, version: 1 });
  if (result.reason === 'timed-out') return 124;
  return result.exit_signal > 0 ? 128 + result.exit_signal : result.exit_code;
}

/** The request with all of stdin in it, when that was asked for. */
export async function sendStdin(io: Io, flags: BufferedFlags, request: ExecBody): Promise<ExecBody> {
  if (!flags.stdin) return request;
  return { ...request, stdin: (await readAll(io)).toString('base64'), stdin_encoding: 'base64' };
}

async function readAll(io: Io): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.stdin) {
    if (chunk instanceof Uint8Array) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
