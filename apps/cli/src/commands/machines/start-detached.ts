/** Starts a command nobody waits for: its id is the answer, its output is kept. */
import { PosternError } from '@postern/contract/errors';
import type { Place } from '../../choose/machine.ts';
import type { Io } from '../../core/io.ts';
import { print, printJson, say } from '../../output/print.ts';
import type { Session } from '../../settings/connect.ts';
import { sendStdin, type ExecBody } from './run-buffered.ts';

interface DetachFlags {
  readonly json: boolean;
  readonly stdin: boolean;
  readonly tty: boolean;
}

export async function startDetached(
  io: Io,
  flags: DetachFlags,
  { client, operations }: Session,
  place: Place,
  request: ExecBody,
): Promise<number> {
  if (flags.tty) throw new PosternError('bad_request', '--detach and --tty exclude each other');
  const { exec_id: id } = await client.call(operations.runExec, {
    params: { app: place.app, machine: place.machine },
    body: { ...(await sendStdin(io, flags, request)), detach: true },
  });
  if (flags.json) printJson(io, { version: 1, exec_id: id });
  else print(io, id);
  say(io, `follow it with: postern exec attach ${id}`);
  return 0;
}
