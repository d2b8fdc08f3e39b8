/** What `tokens create …` says about a new token: the token on stdout, the rest on stderr. */
import type { TokenResource } from '@postern/contract';
import { resolve } from 'node:path';
import type { Io } from '../../core/io.ts';
import { print, printJson, say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { formatTime } from '../../output/times.ts';
import { writeSecretFile } from '../../settings/credentials-file.ts';

interface Minted {
  readonly token: string;
  readonly record: TokenResource;
}

interface MintFlags {
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly output: string | undefined;
}

export async function printMinted(io: Io, flags: MintFlags, { token, record }: Minted): Promise<void> {
  if (flags.dryRun) {
    printJson(io, record.caveats);
    say(io, `would allow: ${safeText(record.summary)}`);
    say(io, 'nothing was created');
    return;
  }
  const { id, name, expires_at } = record;
  if (flags.output !== undefined) await writeSecretFile(resolve(io.cwd, flags.output), `${token}\n`);
  if (flags.json) {
    const shown = flags.output === undefined ? { token } : { file: flags.output };
    printJson(io, { ...shown, id, name, expires_at, version: 1 });
  } else if (flags.output === undefined) {
    print(io, token);
  }
  if (flags.output !== undefined) say(io, `wrote the token to ${safeText(flags.output)}`);
  say(io, `allows: ${safeText(record.summary)}`);
  say(io, expires_at === null ? 'expires: never' : `expires: ${formatTime(expires_at)}`);
  say(
    io,
    `use:    POSTERN_TOKEN="…" postern machine exec ${record.app === null ? '' : `-a ${record.app} `}"COMMAND"`,
  );
  say(io, `revoke: postern tokens revoke ${id}`);
}
