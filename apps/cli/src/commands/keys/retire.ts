import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { confirm } from '../../core/prompt.ts';
import { wordAt } from '../../core/words.ts';
import { print, printJson } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Retire a generation of the signing key: every token it signed dies.',
  words: '<key-id>',
  count: [1, 1],
  flags: { yes: SHARED_FLAGS.yes, json: SHARED_FLAGS.json },
  examples: [
    { does: 'Retire one without being asked', line: 'postern keys retire 01a1b2c3d4e5f60718 --yes' },
  ],
  json: { version: '1', key: 'the retired generation' },
  run: async (io, input) => {
    const id = wordAt(input, 0);
    const { client, operations } = await connect(io, input.flags);
    const { keys } = await client.call(operations.listKeys, {});
    const found = keys.find((key) => key.id === id);
    if (found === undefined) {
      throw new PosternError('key_not_found', `there is no key ${id}`, { hint: 'postern keys list' });
    }
    await confirm(io, `Retire key ${id}? ${found.live_tokens} live tokens die.`, input.flags.yes);
    const key = await client.call(operations.retireKey, {
      params: { key: id },
      // Refused when tokens were signed with it in the meantime.
      body: { expected_live_tokens: found.live_tokens },
    });
    if (input.flags.json) printJson(io, { version: 1, key });
    else print(io, `Retired ${key.id}`);
  },
});
