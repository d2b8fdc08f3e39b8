import { defineCommand } from '../../core/command.ts';
import { integer, SHARED_FLAGS, text, toggle } from '../../core/flags.ts';
import { chooseMachine } from '../../choose/machine.ts';
import { allWords } from '../../core/words.ts';
import { withProgress } from '../../output/progress.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Restart machines, where their driver can (containers).',
  words: '[machine-id...]',
  count: [0, Infinity],
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    json: SHARED_FLAGS.json,
    signal: text('SIGNAL', 'Signal to stop with, such as SIGTERM', { short: 's' }),
    time: integer('SECONDS', 'Kill it when it has not stopped after this many seconds'),
    force: toggle('Do not wait for it to stop by itself'),
  },
  examples: [{ does: 'Restart one', line: 'postern machines restart -a demo 148e21ab9c3d89' }],
  json: { version: '1', restarted: 'ids' },
  run: async (io, input) => {
    const { flags } = input;
    const done: string[] = [];
    const session = await connect(io, flags);
    const ids = allWords(input);
    const query = {
      ...(flags.signal === undefined ? {} : { signal: flags.signal.toUpperCase() }),
      ...(flags.time === undefined ? {} : { timeout: `${flags.time}s` }),
      ...(flags.force ? { force_stop: 'true' } : {}),
    };
    for (const id of ids.length === 0 ? [undefined] : ids) {
      const { app, machine } = await chooseMachine(io, flags, session, id);
      await withProgress(io, `restarting ${machine}`, () =>
        session.client.call(session.operations.restartMachine, { params: { app, machine }, query, body: {} }),
      );
      done.push(machine);
      if (!flags.json) print(io, `Machine ${safeText(machine)} restarted successfully!`);
    }
    if (flags.json) printJson(io, { version: 1, restarted: done });
  },
});
