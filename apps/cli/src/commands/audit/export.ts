import { defineCommand } from '../../core/command.ts';
import { integer, SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { safeJson } from '../../output/safe-json.ts';
import { print, say } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';
import { filterQuery, FILTERS_HELP } from './show-entry.ts';

const PAGE_ROWS = 500;

export const command = defineCommand({
  description:
    'Print every audit entry of an organization, oldest first, one JSON object a line, with or without --json: for a file or another system.',
  flags: {
    org: SHARED_FLAGS.org,
    app: text('APP', FILTERS_HELP.app, { short: 'a' }),
    action: text('ACTION', FILTERS_HELP.action, {}),
    outcome: text('OUTCOME', FILTERS_HELP.outcome, {}),
    token: text('ID', FILTERS_HELP.token, {}),
    exec: text('ID', FILTERS_HELP.exec, {}),
    json: SHARED_FLAGS.json,
    after: integer('NUMBER', 'Only entries after this sequence number: go on from the last export', {}),
  },
  examples: [
    { does: 'Everything, into a file', line: 'postern audit export > audit.ndjson' },
    { does: 'What is new since entry 1200', line: 'postern audit export --after 1200' },
  ],
  json: { '(one line each)': 'an audit entry with seq, hash and previous_hash' },
  run: async (io, { flags }) => {
    const session = await connect(io, flags);
    const org = await chooseOrganization(io, flags, session);
    let after = flags.after ?? 0;
    let count = 0;
    for (;;) {
      const { entries } = await session.client.call(session.operations.listAudit, {
        params: { org },
        query: { ...filterQuery(flags), after, limit: PAGE_ROWS },
      });
      for (const entry of entries) print(io, safeJson(entry));
      count += entries.length;
      after = entries.at(-1)?.seq ?? after;
      if (entries.length < PAGE_ROWS) break;
    }
    say(io, `${count} entries; the last one is ${after}`);
  },
});
