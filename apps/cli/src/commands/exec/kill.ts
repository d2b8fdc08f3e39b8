import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { allWords } from '../../core/words.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'End running execs, or send them a signal. Ending asks first and then insists.',
  words: '<exec-id...>',
  count: [1, Infinity],
  flags: {
    signal: text('SIGNAL', 'Only send this signal, such as SIGHUP', { short: 's' }),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'End one', line: 'postern exec kill exec_abcdefghij234567' },
    { does: 'Send a signal', line: 'postern exec kill exec_abcdefghij234567 --signal SIGHUP' },
  ],
  json: { version: '1', signalled: 'ids' },
  run: async (io, input) => {
    const { signal, json } = input.flags;
    const { client, operations } = await connect(io, input.flags);
    const ids = allWords(input);
    for (const id of ids) {
      await client.call(operations.killExec, {
        params: { exec: id },
        body: signal === undefined ? {} : { signal: signal.toUpperCase() },
      });
      if (!json) print(io, `Signalled ${safeText(id)}`);
    }
    if (json) printJson(io, { version: 1, signalled: ids });
  },
});
