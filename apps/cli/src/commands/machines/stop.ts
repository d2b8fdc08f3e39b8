import { defineCommand } from '../../core/command.ts';
import { integer, SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseMachine } from '../../choose/machine.ts';
import { allWords } from '../../core/words.ts';
import { withProgress } from '../../output/progress.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Stop machines, where their driver can (containers).',
  words: '[machine-id...]',
  count: [0, Infinity],
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    json: SHARED_FLAGS.json,
    signal: text('SIGNAL', 'Signal to stop with, such as SIGTERM', { short: 's' }),
    timeout: integer('SECONDS', 'Kill it when it has not stopped after this many seconds'),
  },
  examples: [{ does: 'Stop one', line: 'postern machines stop -a demo 148e21ab9c3d89 --timeout 10' }],
  json: { version: '1', stopped: 'ids' },
  run: async (io, input) => {
    const { flags } = input;
    const done: string[] = [];
    const session = await connect(io, flags);
    const ids = allWords(input);
    const body = {
      ...(flags.signal === undefined ? {} : { signal: flags.signal.toUpperCase() }),
      ...(flags.timeout === undefined ? {} : { timeout: `${flags.timeout}s` }),
    };
    for (const id of ids.length === 0 ? [undefined] : ids) {
      const { app, machine } = await chooseMachine(io, flags, session, id);
      await withProgress(io, `stopping ${machine}`, () =>
        session.client.call(session.operations.stopMachine, { params: { app, machine }, body }),
      );
      done.push(machine);
      if (!flags.json) print(io, `${safeText(machine)} has been successfully stopped`);
    }
    if (flags.json) printJson(io, { version: 1, stopped: done });
  },
});
