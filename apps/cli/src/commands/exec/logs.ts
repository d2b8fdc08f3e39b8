import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, toggle } from '../../core/flags.ts';
import { wordAt } from '../../core/words.ts';
import { print } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';
import { readOutput } from './read-output.ts';

export const command = defineCommand({
  description:
    'Print the output that was kept of an exec, stdout and stderr apart. Kept is what was run with --detach, and ' +
    'everything of an app whose record mode is full.',
  words: '<exec-id>',
  count: [1, 1],
  flags: {
    follow: toggle('Wait for more while the exec runs', { short: 'f' }),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'What it printed', line: 'postern exec logs exec_abcdefghij234567' },
    { does: 'And what it goes on to print', line: 'postern exec logs exec_abcdefghij234567 --follow' },
  ],
  json: { '(one line each)': 'channel, at_ms and data in base64' },
  run: async (io, input) => {
    const { follow, json } = input.flags;
    const session = await connect(io, input.flags);
    await readOutput(session, wordAt(input, 0), follow, undefined, ({ channel, at, bytes }) => {
      if (json) print(io, JSON.stringify({ channel, at_ms: at, data: bytes.toString('base64') }));
      else io[channel].write(bytes);
    });
  },
});
