import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { print } from '../../output/print.ts';
import { withProgress } from '../../output/progress.ts';
import { safeText } from '../../output/safe-text.ts';
import { safeJson } from '../../output/safe-json.ts';
import { formatTime } from '../../output/times.ts';
import { connect } from '../../settings/connect.ts';
import { describeSubject, filterQuery, FILTERS_HELP } from './show-entry.ts';

const WAIT_SECONDS = 25;

export const command = defineCommand({
  description: 'Follow the audit log: one line for each new entry, until Ctrl-C.',
  flags: {
    org: SHARED_FLAGS.org,
    app: text('APP', FILTERS_HELP.app, { short: 'a' }),
    action: text('ACTION', FILTERS_HELP.action, {}),
    outcome: text('OUTCOME', FILTERS_HELP.outcome, {}),
    token: text('ID', FILTERS_HELP.token, {}),
    exec: text('ID', FILTERS_HELP.exec, {}),
    json: SHARED_FLAGS.json,
  },
  examples: [{ does: 'Refusals as they happen', line: 'postern audit tail --outcome refused' }],
  json: { '(one line each)': 'an audit entry' },
  run: async (io, { flags }) => {
    const session = await connect(io, flags);
    const { client, operations } = session;
    const org = await chooseOrganization(io, flags, session);
    const newest = await client.call(operations.listAudit, { params: { org }, query: { limit: 1 } });
    let after = newest.entries[0]?.seq ?? 0;
    const stop = new AbortController();
    const forget = io.onSignal('SIGINT', () => stop.abort());
    try {
      while (!stop.signal.aborted) {
        // Waiting is what this command does; there is no progress to show.
        const { entries } = await withProgress(io, undefined, () =>
          client.call(operations.listAudit, {
            params: { org },
            query: { ...filterQuery(flags), after, wait: WAIT_SECONDS },
            signal: stop.signal,
          }),
        );
        for (const entry of entries) {
          after = Math.max(after, entry.seq);
          const line = `${formatTime(entry.at)}  ${entry.action}  ${entry.outcome}  ${entry.actor}  ${describeSubject(entry)}`;
          print(io, flags.json ? safeJson(entry) : safeText(line));
        }
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      forget();
    }
  },
});
