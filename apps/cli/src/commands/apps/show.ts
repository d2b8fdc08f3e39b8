import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { chooseApp } from '../../choose/app.ts';
import { allWords } from '../../core/words.ts';
import { printJson } from '../../output/print.ts';
import { printFields } from '../../output/table.ts';
import { formatTime } from '../../output/times.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Show one app.',
  words: '[app]',
  count: [0, 1],
  flags: { app: SHARED_FLAGS.app, config: SHARED_FLAGS.config, json: SHARED_FLAGS.json },
  examples: [{ does: 'One app', line: 'postern apps show demo' }],
  json: { version: '1', app: 'the app' },
  run: async (io, input) => {
    const { flags } = input;
    const session = await connect(io, flags);
    const name = allWords(input)[0] ?? (await chooseApp(io, flags, session));
    const app = await session.client.call(session.operations.showApp, { params: { app: name } });
    if (flags.json) {
      printJson(io, { version: 1, app });
      return;
    }
    printFields(io, [
      ['Name', app.name],
      ['ID', app.id],
      ['Owner', app.organization.slug],
      ['Status', app.status],
      ['Machines', String(app.machine_count)],
      ['Record', app.record],
      ['Created', formatTime(app.created_at)],
    ]);
  },
});
