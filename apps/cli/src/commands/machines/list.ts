import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, toggle } from '../../core/flags.ts';
import { chooseApp } from '../../choose/app.ts';
import { print, printJson, say } from '../../output/print.ts';
import { printTable } from '../../output/table.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'List the machines of an app.',
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    quiet: toggle('Print only ids', { short: 'q' }),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'Machines of an app', line: 'postern machines list -a demo' },
    { does: 'Ids only', line: 'postern machines list -a demo -q' },
  ],
  json: { version: '1', app: 'name of the app', machines: 'machines as the Machines API shows them' },
  run: async (io, { flags }) => {
    const session = await connect(io, flags);
    const app = await chooseApp(io, flags, session);
    const machines = await session.client.call(session.operations.listMachines, { params: { app } });
    if (flags.json) printJson(io, { version: 1, app, machines });
    else if (flags.quiet) for (const { id } of machines) print(io, id);
    else if (machines.length === 0) {
      say(io, `No machines are available on this app ${app}. Add one: postern machines add -a ${app}`);
    } else {
      printTable(
        io,
        [
          { title: 'ID', cell: (machine) => machine.id, whole: true },
          { title: 'NAME', cell: (machine) => machine.name },
          { title: 'STATE', cell: (machine) => machine.state },
          { title: 'DRIVER', cell: (machine) => machine.driver },
          { title: 'RUNNING', cell: (machine) => String(machine.running_execs) },
          { title: 'LAST SEEN', ago: (machine) => machine.last_seen_at },
        ],
        machines,
      );
    }
  },
});
