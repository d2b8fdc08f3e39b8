import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { chooseMachine } from '../../choose/machine.ts';
import { allWords } from '../../core/words.ts';
import { withProgress } from '../../output/progress.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Start machines, where their driver can (containers).',
  words: '[machine-id...]',
  count: [0, Infinity],
  flags: { app: SHARED_FLAGS.app, config: SHARED_FLAGS.config, json: SHARED_FLAGS.json },
  examples: [{ does: 'Start one', line: 'postern machines start -a demo 148e21ab9c3d89' }],
  json: { version: '1', started: 'ids' },
  run: async (io, input) => {
    const { flags } = input;
    const done: string[] = [];
    const session = await connect(io, flags);
    const ids = allWords(input);
    for (const id of ids.length === 0 ? [undefined] : ids) {
      const { app, machine } = await chooseMachine(io, flags, session, id);
      await withProgress(io, `starting ${machine}`, () =>
        session.client.call(session.operations.startMachine, { params: { app, machine }, body: {} }),
      );
      done.push(machine);
      if (!flags.json) print(io, `${safeText(machine)} has been started`);
    }
    if (flags.json) printJson(io, { version: 1, started: done });
  },
});
