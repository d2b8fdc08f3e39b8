import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { print, printJson } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Make a new generation of the signing key. New tokens use it; old tokens go on working.',
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'A new generation', line: 'postern keys rotate' }],
  json: { version: '1', key: 'the new generation' },
  run: async (io, { flags }) => {
    const { client, operations } = await connect(io, flags);
    const key = await client.call(operations.rotateKeys, {});
    if (flags.json) printJson(io, { version: 1, key });
    else print(io, `New signing key ${key.id}, generation ${key.generation}`);
  },
});
