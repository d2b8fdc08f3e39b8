import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { printJson } from '../../output/print.ts';
import { printTable } from '../../output/table.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'List the generations of the signing key; never their bytes.',
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'Generations and the tokens that depend on each', line: 'postern keys list' }],
  json: { version: '1', keys: 'id, generation, state, live_tokens, created_at, retired_at of each' },
  run: async (io, { flags }) => {
    const { client, operations } = await connect(io, flags);
    const { keys } = await client.call(operations.listKeys, {});
    if (flags.json) {
      printJson(io, { version: 1, keys });
      return;
    }
    printTable(
      io,
      [
        { title: 'ID', cell: (key) => key.id, whole: true },
        { title: 'GENERATION', cell: (key) => String(key.generation) },
        { title: 'STATE', cell: (key) => key.state },
        { title: 'LIVE TOKENS', cell: (key) => String(key.live_tokens) },
        { title: 'CREATED', time: (key) => key.created_at },
        { title: 'RETIRED', time: (key) => key.retired_at },
      ],
      keys,
    );
  },
});
