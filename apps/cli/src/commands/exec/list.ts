import type { ExecResource } from '@postern/contract';
import { joinShellWords } from '@postern/contract/shell-words';
import { defineCommand } from '../../core/command.ts';
import { integer, SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseApp } from '../../choose/app.ts';
import { machineId } from '../../choose/machine-id.ts';
import { printJson, say } from '../../output/print.ts';
import { printTable } from '../../output/table.ts';
import { connect } from '../../settings/connect.ts';

const DEFAULT_ROWS = 50;

export const command = defineCommand({
  description: 'List execs of an app, newest first.',
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    machine: text('ID', 'Only on this machine, named by id or name', {}),
    token: text('ID', 'Only with this token', {}),
    state: text('STATE', 'Only execs that are', { choices: ['running', 'done', 'failed', 'unknown'] }),
    limit: integer('COUNT', `At most this many (default ${DEFAULT_ROWS})`, { short: 'n' }),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'The latest execs', line: 'postern exec list -a demo' },
    { does: 'What runs now', line: 'postern exec list -a demo --state running' },
  ],
  json: { version: '1', app: 'name of the app', execs: 'exec records' },
  run: async (io, { flags }) => {
    const session = await connect(io, flags);
    const { client, operations } = session;
    const app = await chooseApp(io, flags, session);
    const { execs } = await client.call(operations.listExecs, {
      params: { app },
      query: {
        limit: flags.limit ?? DEFAULT_ROWS,
        ...(flags.machine === undefined ? {} : { machine: await machineId(session, app, flags.machine) }),
        ...(flags.token === undefined ? {} : { token: flags.token }),
        ...(flags.state === undefined
          ? {}
          : { state: operations.listExecs.query.shape.state.parse(flags.state) }),
      },
    });
    if (flags.json) {
      printJson(io, { version: 1, app, execs });
      return;
    }
    if (execs.length === 0) say(io, `nothing has been run on ${app}`);
    printTable(
      io,
      [
        { title: 'ID', cell: (exec) => exec.id, whole: true },
        { title: 'MACHINE', cell: (exec) => exec.machine, whole: true },
        { title: 'BY', cell: (exec) => exec.token_name ?? exec.user ?? '' },
        { title: 'COMMAND', cell: (exec) => joinShellWords(exec.command) },
        { title: 'RESULT', cell: describeResult, short: shortResult },
        { title: 'STARTED', ago: (exec) => exec.started_at },
      ],
      execs,
    );
  },
});

/** The same in fewer letters: `exit 0`, `timed-out`. */
function shortResult(exec: ExecResource): string {
  const { reason } = exec;
  const says = exec.state === 'done' && reason !== null && reason !== 'exited' && reason !== 'signaled';
  return says ? reason : describeResult(exec);
}

/** How it ended, in a few letters: `exit 0`, `signal 9 (timed_out)`, `running`. */
export function describeResult(exec: ExecResource): string {
  if (exec.state !== 'done') return exec.state;
  const end =
    exec.exit_signal !== null && exec.exit_signal > 0
      ? `signal ${exec.exit_signal}`
      : `exit ${exec.exit_code ?? '?'}`;
  return exec.reason === null || exec.reason === 'exited' ? end : `${end} (${exec.reason})`;
}
