import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { wordAt } from '../../core/words.ts';
import { printJson, say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';
import { recordId } from './record-id.ts';

export const command = defineCommand({
  description: 'Rename a token. What it allows does not change.',
  words: '<id> <name>',
  count: [2, 2],
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'Another name', line: 'postern tokens rename tok_abcdefghij234567 "nightly backup"' }],
  json: { version: '1', token: 'the record as it is now' },
  run: async (io, input) => {
    const session = await connect(io, input.flags);
    const { client, operations } = session;
    const id = await recordId(session, wordAt(input, 0));
    const token = await client.call(operations.renameToken, {
      params: { token: id },
      body: { name: wordAt(input, 1) },
    });
    if (input.flags.json) printJson(io, { version: 1, token });
    else say(io, `${token.id} is named ${safeText(token.name)} now`);
  },
});
