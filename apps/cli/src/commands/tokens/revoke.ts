import { EXIT_CODES, PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { reportError } from '../../output/report-error.ts';
import { connect } from '../../settings/connect.ts';
import { recordId } from './record-id.ts';

export const command = defineCommand({
  description:
    'Revoke tokens by the ids or uuids of their records, with everything attenuated from them. They are refused from the ' +
    'next request on, and their running execs are ended. Every id is reported; the exit code is not 0 when any failed.',
  words: '<id...>',
  count: [1, Infinity],
  flags: {
    reason: text('TEXT', 'Why, for the record', {}),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'Revoke one token', line: 'postern tokens revoke tok_abcdefghij234567' },
    {
      does: 'Revoke two, and say why',
      line: 'postern tokens revoke tok_abcdefghij234567 tok_bcdefghij2345672 --reason "laptop lost"',
    },
  ],
  json: {
    version: '1',
    revoked: 'ids that are revoked now',
    failed: 'ids that failed, each with `code` and `error`',
  },
  run: async (io, { flags, words, rest }) => {
    const session = await connect(io, flags);
    const { client, operations } = session;
    const revoked: string[] = [];
    const failed: Array<{ id: string; code: string; error: string }> = [];
    let exit: number = EXIT_CODES.ok;
    for (const id of [...words, ...(rest ?? [])]) {
      try {
        await client.call(operations.revokeToken, {
          params: { token: await recordId(session, id) },
          body: flags.reason === undefined ? {} : { reason: flags.reason },
        });
        revoked.push(id);
        if (!flags.json) print(io, `Revoked ${safeText(id)}`);
      } catch (error) {
        if (!(error instanceof PosternError)) throw error;
        failed.push({ id, code: error.code, error: error.message });
        const named = new PosternError(error.code, `failed to revoke token ${id}: ${error.message}`, {
          hint: error.hint ?? 'list ids: postern tokens list',
        });
        exit = flags.json ? named.exitCode : reportError(io, named, false);
      }
    }
    if (flags.json) printJson(io, { version: 1, revoked, failed });
    else print(io, `${revoked.length} ${revoked.length === 1 ? 'token' : 'tokens'} revoked`);
    return exit;
  },
});
