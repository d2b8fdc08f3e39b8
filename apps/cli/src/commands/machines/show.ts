import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { chooseMachine } from '../../choose/machine.ts';
import { allWords } from '../../core/words.ts';
import { print, printJson } from '../../output/print.ts';
import { printFields, printTable } from '../../output/table.ts';
import { formatAgo, formatTime } from '../../output/times.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Show one machine and its latest events.',
  words: '[machine-id]',
  count: [0, 1],
  flags: { app: SHARED_FLAGS.app, config: SHARED_FLAGS.config, json: SHARED_FLAGS.json },
  examples: [{ does: 'The only machine of an app', line: 'postern machines show -a demo' }],
  json: { version: '1', machine: 'the machine as the Machines API shows it' },
  run: async (io, input) => {
    const { flags } = input;
    const session = await connect(io, flags);
    const place = await chooseMachine(io, flags, session, allWords(input)[0]);
    const machine = await session.client.call(session.operations.showMachine, {
      params: { app: place.app, machine: place.machine },
    });
    if (flags.json) {
      printJson(io, { version: 1, machine });
      return;
    }
    printFields(io, [
      ['ID', machine.id],
      ['Name', machine.name],
      ['State', machine.state],
      ['Driver', machine.driver],
      ['Features', machine.features.join(', ')],
      ['Running execs', String(machine.running_execs)],
      ['Last seen', formatAgo(machine.last_seen_at, io.now())],
      ['Created', formatTime(machine.created_at)],
    ]);
    if (machine.events.length === 0) return;
    print(io, '');
    printTable(
      io,
      [
        { title: 'EVENT', cell: ({ type }) => type },
        { title: 'STATUS', cell: ({ status }) => status },
        { title: 'SOURCE', cell: ({ source }) => source },
        { title: 'TIME', cell: ({ timestamp }) => formatTime(new Date(timestamp).toISOString()) },
      ],
      machine.events,
    );
  },
});
