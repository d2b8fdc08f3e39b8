import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { wordAt } from '../../core/words.ts';
import { printJson, say } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description:
    'Rename an app, or say what is kept of its execs: nothing but the audit entry (off), the record of each ' +
    '(metadata), or its output too (full).',
  words: '<app>',
  count: [1, 1],
  flags: {
    name: text('NAME', 'New name', { short: 'n' }),
    record: text('MODE', 'What is kept of each exec', { choices: ['off', 'metadata', 'full'] }),
    json: SHARED_FLAGS.json,
  },
  examples: [{ does: 'Keep the output of every exec', line: 'postern apps update demo --record full' }],
  json: { version: '1', app: 'the app as it is now' },
  run: async (io, input) => {
    const { name, record, json } = input.flags;
    if (name === undefined && record === undefined) {
      throw new PosternError('bad_request', 'nothing to change', { hint: 'say --name or --record' });
    }
    const { client, operations } = await connect(io, input.flags);
    const app = await client.call(operations.updateApp, {
      params: { app: wordAt(input, 0) },
      body: {
        ...(name === undefined ? {} : { name }),
        ...(record === undefined ? {} : { record: operations.updateApp.body.shape.record.parse(record) }),
      },
    });
    if (json) printJson(io, { version: 1, app });
    else say(io, `updated ${app.name}`);
  },
});
