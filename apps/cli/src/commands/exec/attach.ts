import { defineCommand } from '../../core/command.ts';
import { wordAt } from '../../core/words.ts';
import { say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';
import { exitCodeOf, readOutput } from './read-output.ts';

export const command = defineCommand({
  description:
    'Follow a running exec: its output from the beginning, then what comes, and its exit code in the end. Ctrl-C ' +
    'detaches; the command goes on. It takes no stdin.',
  words: '<exec-id>',
  count: [1, 1],
  flags: {},
  examples: [
    { does: 'Follow what was started with --detach', line: 'postern exec attach exec_abcdefghij234567' },
  ],
  run: async (io, input) => {
    const id = wordAt(input, 0);
    const session = await connect(io, input.flags);
    const stop = new AbortController();
    const forget = io.onSignal('SIGINT', () => stop.abort());
    try {
      const exec = await readOutput(session, id, true, stop.signal, ({ channel, bytes }) => {
        io[channel].write(bytes);
      });
      return exitCodeOf(exec);
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      say(io, `detached; ${safeText(id)} goes on`);
      return 0;
    } finally {
      forget();
    }
  },
});
