import { defineCommand } from '../../core/command.ts';
import { integer, SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseMachine } from '../../choose/machine.ts';
import { allWords } from '../../core/words.ts';
import { withProgress } from '../../output/progress.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Wait until a machine is in a state, for a minute at most unless told otherwise.',
  words: '[machine-id]',
  count: [0, 1],
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    state: text('STATE', 'State to wait for', {
      choices: ['created', 'started', 'stopped', 'unreachable'],
      default: 'started',
    }),
    timeout: integer('SECONDS', 'Give up after this many seconds'),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'Wait for the agent to come', line: 'postern machines wait -a demo 148e21ab9c3d89 --timeout 30' },
  ],
  json: { version: '1', machine: 'id', state: 'state reached' },
  run: async (io, input) => {
    const { flags } = input;
    const session = await connect(io, flags);
    const { app, machine } = await chooseMachine(io, flags, session, allWords(input)[0]);
    const { state } = await withProgress(io, `waiting for ${machine} to be ${flags.state}`, () =>
      session.client.call(session.operations.waitMachine, {
        params: { app, machine },
        query: {
          state: flags.state,
          ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
        },
      }),
    );
    if (flags.json) printJson(io, { version: 1, machine, state });
    else print(io, `${safeText(machine)} is ${safeText(state)}`);
  },
});
