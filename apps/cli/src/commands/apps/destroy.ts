import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { confirm } from '../../core/prompt.ts';
import { allWords } from '../../core/words.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Destroy apps with their machines. Their tokens are revoked and running execs are ended.',
  words: '<app...>',
  count: [1, Infinity],
  flags: { yes: SHARED_FLAGS.yes, json: SHARED_FLAGS.json },
  examples: [{ does: 'Destroy an app without being asked', line: 'postern apps destroy shop --yes' }],
  json: { version: '1', destroyed: 'names' },
  run: async (io, input) => {
    const { client, operations } = await connect(io, input.flags);
    for (const app of allWords(input)) {
      const { machine_count: count } = await client.call(operations.showApp, { params: { app } });
      const machines = count === 1 ? 'its machine' : `its ${count} machines`;
      await confirm(io, `Destroy the app ${app}, ${machines} and all its tokens?`, input.flags.yes);
      await client.call(operations.deleteApp, { params: { app } });
      if (!input.flags.json) print(io, `Destroyed app ${safeText(app)}`);
    }
    if (input.flags.json) printJson(io, { version: 1, destroyed: allWords(input) });
  },
});
