import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { withProgress } from '../../output/progress.ts';
import { print, printJson } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description:
    'Recompute the hash chain of the whole audit log. An entry that was changed, removed or moved is found, and ' +
    'the exit code is not 0.',
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'Is the log whole', line: 'postern audit verify' }],
  json: {
    version: '1',
    ok: 'boolean',
    entries: 'count',
    head_hash: 'hash of the last entry',
    first_broken: 'seq and reason, or null',
  },
  run: async (io, { flags }) => {
    const { client, operations } = await connect(io, flags);
    const result = await withProgress(io, 'verifying the audit log', () =>
      client.call(operations.verifyAudit, {}),
    );
    if (flags.json) printJson(io, { version: 1, ...result });
    else if (result.ok) print(io, `${result.entries} entries, all whole; head ${result.head_hash}`);
    if (result.ok) return;
    throw new PosternError(
      'audit_unavailable',
      `the audit log is broken at entry ${result.first_broken?.seq ?? '?'}: ${result.first_broken?.reason ?? ''}`,
    );
  },
});
