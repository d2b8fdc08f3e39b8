/** What `tokens create …` says about a new token: the token on stdout, the rest on stderr. */
import type { TokenResource } from '@postern/contract';
import { resolve } from 'node:path';
import type { Io } from '../../core/io.ts';
import { print, printJson, say, warn } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { formatSpan, formatTime } from '../../output/times.ts';
import { writeSecretFile } from '../../settings/credentials-file.ts';
import type { CommandRule } from './command-rules.ts';

interface Minted {
  readonly token: string;
  readonly record: TokenResource;
}

interface MintFlags {
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly output: string | undefined;
}

/** A token that lives longer is worth a word. */
const LONG_LIFE_MILLISECONDS = 90 * 24 * 3600 * 1000;

/**
 * @param rules commands of a machine-exec token, none of which means every command; undefined for other tokens.
 * @param more further fields of the JSON.
 */
export async function printMinted(
  io: Io,
  flags: MintFlags,
  { token, record }: Minted,
  rules: readonly CommandRule[] | undefined,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (flags.dryRun) {
    printJson(io, record.caveats);
    say(io, `would allow: ${safeText(record.summary)}`);
    await warnOfDangers(io, record, rules);
    say(io, 'nothing was created');
    return;
  }
  const { id, name, expires_at } = record;
  if (flags.output !== undefined) await writeSecretFile(resolve(io.cwd, flags.output), `${token}\n`);
  if (flags.json) {
    const shown = flags.output === undefined ? { token } : { file: flags.output };
    printJson(io, { ...shown, id, name, expires_at, ...more, version: 1 });
  } else if (flags.output === undefined) {
    print(io, token);
  }
  if (flags.output !== undefined) say(io, `wrote the token to ${safeText(flags.output)}`);
  const app = record.app === null ? '' : ` -a ${record.app}`;
  const value = flags.output === undefined ? 'TOKEN' : `$(cat ${flags.output})`;
  say(io, `allows:  ${safeText(record.summary)}`);
  say(io, `expires: ${expires_at === null ? 'never' : formatTime(expires_at)}`);
  say(io, `use:     POSTERN_TOKEN="${safeText(value)}" postern machine exec${app} "COMMAND"`);
  say(io, `revoke:  postern tokens revoke ${id}`);
  await warnOfDangers(io, record, rules);
}

async function warnOfDangers(
  io: Io,
  record: TokenResource,
  rules: readonly CommandRule[] | undefined,
): Promise<void> {
  if (record.expires_at === null) {
    warn(io, 'this token never expires; -x sets how long it lives, such as -x 48h');
  } else {
    const life = Date.parse(record.expires_at) - io.now();
    if (life > LONG_LIFE_MILLISECONDS) {
      warn(io, `this token lives ${formatSpan(life)}; -x sets how long it lives, such as -x 48h`);
    }
  }
  if (rules === undefined) return;
  const { noteDangers } = await import('./note-dangers.ts');
  for (const note of noteDangers(rules)) warn(io, safeText(note));
}
