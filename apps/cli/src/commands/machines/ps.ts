import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { chooseMachine } from '../../choose/machine.ts';
import { allWords } from '../../core/words.ts';
import { printJson } from '../../output/print.ts';
import { printTable } from '../../output/table.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'List the processes of a machine, where its driver can.',
  words: '[machine-id]',
  count: [0, 1],
  flags: { app: SHARED_FLAGS.app, config: SHARED_FLAGS.config, json: SHARED_FLAGS.json },
  examples: [{ does: 'What runs there', line: 'postern machines ps -a demo' }],
  json: { version: '1', machine: 'id', processes: 'pid, command, directory, cpu, rss and more of each' },
  run: async (io, input) => {
    const { flags } = input;
    const session = await connect(io, flags);
    const { app, machine } = await chooseMachine(io, flags, session, allWords(input)[0]);
    const processes = await session.client.call(session.operations.listProcesses, {
      params: { app, machine },
    });
    if (flags.json) {
      printJson(io, { version: 1, machine, processes });
      return;
    }
    printTable(
      io,
      [
        { title: 'PID', cell: ({ pid }) => String(pid), whole: true },
        { title: 'CPU', cell: ({ cpu }) => String(cpu) },
        { title: 'RSS', cell: ({ rss }) => String(rss) },
        { title: 'COMMAND', cell: ({ command }) => command },
        { title: 'DIRECTORY', cell: ({ directory }) => directory },
      ],
      processes,
    );
  },
});
