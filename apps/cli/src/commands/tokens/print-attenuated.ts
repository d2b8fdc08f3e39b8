/** A token made offline: its text, and in words what it allows now. */
import { expiration, formatHeader, summarize, type UnverifiedToken } from '@postern/token';
import { resolve } from 'node:path';
import type { Io } from '../../core/io.ts';
import { print, printJson, say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { writeSecretFile } from '../../settings/secret-file.ts';

interface PrintFlags {
  readonly json: boolean;
  readonly output?: string | undefined;
}

export async function printAttenuated(
  io: Io,
  flags: PrintFlags,
  permission: readonly UnverifiedToken[],
  discharges: readonly UnverifiedToken[],
): Promise<void> {
  const token = formatHeader([...permission, ...discharges]);
  const summaries = permission.map(({ unsafeCaveats }) => summarize(unsafeCaveats));
  if (flags.output !== undefined) {
    await writeSecretFile(resolve(io.cwd, flags.output), `${token}\n`);
    say(io, `wrote the token to ${safeText(flags.output)}`);
  }
  if (flags.json) {
    const [first] = permission;
    const seconds = first === undefined ? undefined : expiration(first.unsafeCaveats);
    printJson(io, {
      ...(flags.output === undefined ? { token } : { file: flags.output }),
      expires_at: seconds === undefined ? null : new Date(Number(seconds) * 1000).toISOString(),
      summaries,
      version: 1,
    });
  } else if (flags.output === undefined) {
    print(io, token);
  }
  for (const summary of summaries) say(io, `allows: ${safeText(summary)}`);
}
