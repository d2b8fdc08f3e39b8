import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { chooseMachine } from '../../choose/machine.ts';
import { wordAt } from '../../core/words.ts';
import { printJson, say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Rename a machine.',
  words: '<machine-id> <name>',
  count: [2, 2],
  flags: { app: SHARED_FLAGS.app, config: SHARED_FLAGS.config, json: SHARED_FLAGS.json },
  examples: [{ does: 'Another name', line: 'postern machines rename -a demo 148e21ab9c3d89 web-2' }],
  json: { version: '1', machine: 'the machine as it is now' },
  run: async (io, input) => {
    const session = await connect(io, input.flags);
    const place = await chooseMachine(io, input.flags, session, wordAt(input, 0));
    const machine = await session.client.call(session.operations.updateMachine, {
      params: { app: place.app, machine: place.machine },
      body: { name: wordAt(input, 1) },
    });
    if (input.flags.json) printJson(io, { version: 1, machine });
    else say(io, `${machine.id} is ${safeText(machine.name)} now`);
  },
});
