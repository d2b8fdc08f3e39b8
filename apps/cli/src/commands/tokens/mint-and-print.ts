/** What every `tokens create …` does: mint, the token on stdout or in a file, the rest on stderr. */
import type { TokenResource } from '@postern/contract';
import { resolve } from 'node:path';
import type { Io } from '../../core/io.ts';
import { print, printJson, say, warn } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { formatSpan, formatTime } from '../../output/times.ts';
import { openSecretFile } from '../../settings/secret-file.ts';
interface Minted {
  readonly token: string;
  readonly record: TokenResource;
  /** When the token it replaces dies at the latest. */
  readonly old_dies_at?: string | null;
}

interface MintFlags {
  readonly json: boolean;
  readonly dryRun?: boolean;
  readonly output: string | undefined;
}

/** A token that lives longer is worth a word. */
const LONG_LIFE_MILLISECONDS = 90 * 24 * 3600 * 1000;

/**
 * @param dangers what to think about before handing it out.
 * @param mint asks the server; called once the file for the token is sure to be writable.
 */
export async function mintAndPrint(
  io: Io,
  flags: MintFlags,
  dangers: readonly string[],
  mint: () => Promise<Minted>,
): Promise<void> {
  if (flags.dryRun === true) {
    const { record } = await mint();
    printJson(io, record.caveats);
    say(io, `would allow: ${safeText(record.summary)}`);
    warnOfDangers(io, record, dangers);
    say(io, 'nothing was created');
    return;
  }
  const file = flags.output === undefined ? undefined : await openSecretFile(resolve(io.cwd, flags.output));
  let minted: Minted;
  try {
    minted = await mint();
  } catch (error) {
    await file?.discard();
    throw error;
  }
  await file?.write(`${minted.token}\n`);
  printMinted(io, flags, minted);
  warnOfDangers(io, minted.record, dangers);
}

function printMinted(io: Io, flags: MintFlags, { token, record, old_dies_at }: Minted): void {
  const { id, name, expires_at } = record;
  if (flags.json) {
    printJson(io, {
      ...(flags.output === undefined ? { token } : { file: flags.output }),
      id,
      name,
      expires_at,
      ...(old_dies_at === undefined ? {} : { old_dies_at }),
      version: 1,
    });
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
  if (typeof old_dies_at === 'string') {
    say(io, `the old token works until ${formatTime(old_dies_at)} at most`);
  }
}

function warnOfDangers(io: Io, record: TokenResource, dangers: readonly string[]): void {
  if (record.expires_at === null) {
    warn(io, 'this token never expires; -x sets how long it lives, such as -x 48h');
  } else {
    const life = Date.parse(record.expires_at) - io.now();
    if (life > LONG_LIFE_MILLISECONDS) {
      warn(io, `this token lives ${formatSpan(life)}; -x sets how long it lives, such as -x 48h`);
    }
  }
  for (const danger of dangers) warn(io, safeText(danger));
}
