import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, toggle } from '../../core/flags.ts';
import { chooseMachine } from '../../choose/machine.ts';
import { confirm } from '../../core/prompt.ts';
import { allWords } from '../../core/words.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Remove machines from an app. Running execs on them are ended.',
  words: '<machine-id...>',
  count: [1, Infinity],
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    json: SHARED_FLAGS.json,
    yes: SHARED_FLAGS.yes,
    force: toggle('Same as --yes', { short: 'f', hidden: true }),
  },
  examples: [{ does: 'Remove one', line: 'postern machines remove -a demo 148e21ab9c3d89 --yes' }],
  json: { version: '1', removed: 'ids' },
  run: async (io, input) => {
    const { flags } = input;
    const done: string[] = [];
    const session = await connect(io, flags);
    for (const id of allWords(input)) {
      const { app, machine } = await chooseMachine(io, flags, session, id);
      await confirm(io, `Remove machine ${machine} from ${app}?`, flags.yes || flags.force);
      await session.client.call(session.operations.removeMachine, { params: { app, machine } });
      done.push(machine);
      if (!flags.json) print(io, `${safeText(machine)} has been removed`);
    }
    if (flags.json) printJson(io, { version: 1, removed: done });
  },
});
