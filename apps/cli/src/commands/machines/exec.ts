import { defineCommand } from '../../core/command.ts';
import { integer, list, SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseMachine } from '../../choose/machine.ts';
import { printJson } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';
import { execRequest } from './exec-request.ts';

export const command = defineCommand({
  description:
    'Run a command on a machine. Its output comes through while it runs, and its exit code becomes the exit code ' +
    'of postern (128 + the number for a signal). The command is one quoted line, or the words after --; ' +
    'there is never a shell. The machine may be left out when the app has only one.',
  words: '[machine-id] <command>',
  count: [1, Infinity],
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    timeout: integer('SECONDS', 'End the command after this many seconds'),
    cwd: text('DIRECTORY', 'Folder on the machine to run in', {}),
    user: text('USER', 'User on the machine to run as', {}),
    env: list('NAME=VALUE', 'Environment variable for the command'),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'One quoted line', line: 'postern machine exec -a demo "uname -a"' },
    { does: 'Words as they are', line: "postern machine exec -a demo -- sh -c 'echo $HOME'" },
  ],
  json: {
    exit_code: 'exit code of the command, 0 to 255',
    exit_signal: 'number of the signal that ended it, or 0',
    stdout: 'what it printed',
    stderr: 'what it printed',
    exec_id: 'id of the exec record',
    version: '1',
  },
  run: async (io, { flags, words, rest }) => {
    const request = execRequest(words, rest);
    const session = await connect(io, flags);
    const place = await chooseMachine(io, flags, session, request.machine);
    const result = await session.client.call(session.operations.runExec, {
      params: { app: place.app, machine: place.machine },
      body: {
        command: [...request.argv],
        ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
        ...(flags.cwd === undefined ? {} : { cwd: flags.cwd }),
        ...(flags.user === undefined ? {} : { user: flags.user }),
      },
    });
    if (flags.json) printJson(io, { ...result, version: 1 });
    else {
      io.stdout.write(Buffer.from(result.stdout, result.stdout_encoding ?? 'utf8'));
      io.stderr.write(Buffer.from(result.stderr, result.stderr_encoding ?? 'utf8'));
    }
    return result.exit_signal > 0 ? 128 + result.exit_signal : result.exit_code;
  },
});
