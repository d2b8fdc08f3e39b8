import { joinShellWords } from '@postern/contract/shell-words';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { wordAt } from '../../core/words.ts';
import { print, printJson } from '../../output/print.ts';
import { printFields, printTable } from '../../output/table.ts';
import { formatAgo, formatTime } from '../../output/times.ts';
import { connect } from '../../settings/connect.ts';
import { recordId } from './record-id.ts';

export const command = defineCommand({
  description: 'Show the record of one token: what it allows, its life, and its use by day. Never its text.',
  words: '<id>',
  count: [1, 1],
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'One token', line: 'postern tokens show tok_abcdefghij234567' }],
  json: { version: '1', token: 'the record, with `usage` by day' },
  run: async (io, input) => {
    const session = await connect(io, input.flags);
    const { client, operations } = session;
    const id = await recordId(session, wordAt(input, 0));
    const token = await client.call(operations.showToken, { params: { token: id } });
    if (input.flags.json) {
      printJson(io, { version: 1, token });
      return;
    }
    const now = io.now();
    const used = formatAgo(token.last_used_at, now);
    const where = [token.last_used_machine, token.last_used_from]
      .filter((part) => part !== null)
      .join(' from ');
    printFields(io, [
      ['ID', token.id],
      ['Name', token.name],
      ['UUID', token.uuid],
      ['Kind', token.profile],
      ['Status', token.status],
      ['Allows', token.summary],
      ['Organization', token.organization],
      ['App', token.app ?? '(all)'],
      ['Created', `${formatTime(token.created_at)} by ${token.created_by}`],
      ['Expires', token.expires_at === null ? 'never' : formatTime(token.expires_at)],
      ...(token.revoked_at === null
        ? []
        : [['Revoked', `${formatTime(token.revoked_at)} ${token.revoke_reason ?? ''}`] as const]),
      ...(token.successor_id === null ? [] : [['Successor', token.successor_id] as const]),
      ['Last used', where === '' ? used : `${used}, ${where}`],
      ['Last command', token.last_used_command === null ? '' : joinShellWords(token.last_used_command)],
      ['Uses', `${token.uses} allowed, ${token.refusals} refused`],
    ]);
    if (token.usage.length === 0) return;
    print(io, '');
    printTable(
      io,
      [
        { title: 'DAY', cell: ({ day }) => day },
        { title: 'ALLOWED', cell: ({ allowed }) => String(allowed) },
        { title: 'REFUSED', cell: ({ refused }) => String(refused) },
      ],
      token.usage,
    );
  },
});
