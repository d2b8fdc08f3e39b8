import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text, toggle } from '../../core/flags.ts';
import { wordAt } from '../../core/words.ts';
import { connect } from '../../settings/connect.ts';
import { OUTPUT_FLAG, readExpiry } from './mint-flags.ts';
import { mintAndPrint } from './mint-and-print.ts';
import { recordId } from './record-id.ts';

export const command = defineCommand({
  description:
    'Create a successor with the same restrictions. The old token dies when the successor is first used, and after ' +
    'the grace time at the latest.',
  words: '<id>',
  count: [1, 1],
  flags: {
    expiry: text('DURATION', 'How long the successor is valid (default: as long as the old one was)', {
      short: 'x',
    }),
    grace: text('DURATION', 'How long the old token still works at most (default 24h)', {}),
    keepOld: toggle('Keep the old token for the whole grace time, even when the successor is used'),
    output: OUTPUT_FLAG,
    json: SHARED_FLAGS.json,
  },
  examples: [
    {
      does: 'A new token; the old one works for another day',
      line: 'postern tokens rotate tok_abcdefghij234567 --grace 24h --output ci.token',
    },
  ],
  json: {
    token: 'the new token, ready for an Authorization header; absent with --output',
    file: 'with --output: where the token is',
    id: 'id of its record',
    name: 'its name',
    expires_at: 'RFC 3339 time, or null',
    old_dies_at: 'when the old token dies, or null',
    version: '1',
  },
  run: async (io, input) => {
    const { flags } = input;
    const session = await connect(io, flags);
    const { client, operations } = session;
    const id = await recordId(session, wordAt(input, 0));
    await mintAndPrint(io, flags, [], () =>
      client.call(operations.rotateToken, {
        params: { token: id },
        body: {
          ...(flags.expiry === undefined ? {} : { expiry: readExpiry(flags.expiry) }),
          ...(flags.grace === undefined ? {} : { grace: flags.grace }),
          ...(flags.keepOld ? { on_first_use: false } : {}),
        },
      }),
    );
  },
});
