import type { AuditEntryResource } from '@postern/contract';
import { defineCommand } from '../../core/command.ts';
import { integer, SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { printJson } from '../../output/print.ts';
import { printTable } from '../../output/table.ts';
import { connect } from '../../settings/connect.ts';
import { ENTRY_COLUMNS, filterQuery, FILTERS_HELP } from './show-entry.ts';

const DEFAULT_ROWS = 50;
const PAGE_ROWS = 500;

export const command = defineCommand({
  description: 'List audit entries of an organization, newest first: who was allowed or refused what.',
  flags: {
    org: SHARED_FLAGS.org,
    app: text('APP', FILTERS_HELP.app, { short: 'a' }),
    action: text('ACTION', FILTERS_HELP.action, {}),
    outcome: text('OUTCOME', FILTERS_HELP.outcome, {}),
    token: text('ID', FILTERS_HELP.token, {}),
    exec: text('ID', FILTERS_HELP.exec, {}),
    search: text('TEXT', 'Only entries that hold this text', {}),
    limit: integer('COUNT', `At most this many (default ${DEFAULT_ROWS})`, { short: 'n' }),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'What was refused lately', line: 'postern audit list --outcome refused' },
    {
      does: 'Everything about one token, as JSON',
      line: 'postern audit list --token tok_abcdefghij234567 --json',
    },
  ],
  json: { version: '1', organization: 'slug', entries: 'audit entries with seq, hash and previous_hash' },
  run: async (io, { flags }) => {
    const session = await connect(io, flags);
    const org = await chooseOrganization(io, flags, session);
    const wanted = flags.limit ?? DEFAULT_ROWS;
    const entries: AuditEntryResource[] = [];
    let cursor: string | null = null;
    do {
      const page: { entries: AuditEntryResource[]; next_cursor: string | null } = await session.client.call(
        session.operations.listAudit,
        {
          params: { org },
          query: {
            ...filterQuery(flags),
            ...(flags.search === undefined ? {} : { search: flags.search }),
            limit: Math.min(wanted - entries.length, PAGE_ROWS),
            ...(cursor === null ? {} : { cursor }),
          },
        },
      );
      entries.push(...page.entries);
      cursor = page.next_cursor;
    } while (cursor !== null && entries.length < wanted);
    if (flags.json) printJson(io, { version: 1, organization: org, entries });
    else printTable(io, ENTRY_COLUMNS, entries);
  },
});
