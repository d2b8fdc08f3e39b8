import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { integer, list, SHARED_FLAGS, text, toggle } from '../../core/flags.ts';
import { chooseMachine } from '../../choose/machine.ts';
import { traceExec } from '../../network/trace-exec.ts';
import { say } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';
import { readEnvironment } from './environment.ts';
import { execRequest } from './exec-request.ts';
import { runBuffered } from './run-buffered.ts';
import { startDetached } from './start-detached.ts';

export const command = defineCommand({
  description:
    'Run a command on a machine. Its output comes through while it runs, and its exit code becomes the exit code ' +
    'of postern (128 + the number for a signal, 124 for a timeout). The command is one quoted line, or the words ' +
    'after --; there is never a shell. The machine is named by id or name, and may be left out when the app has only one.',
  words: '[machine-id] <command>',
  count: [1, Infinity],
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    timeout: integer('SECONDS', 'End the command after this many seconds'),
    stdin: toggle('Send stdin to the command', { short: 'i' }),
    tty: toggle('Give the command a terminal; sends stdin too', { short: 'T' }),
    detach: toggle('Start the command, print the id of its exec, and do not wait', { short: 'd' }),
    cwd: text('DIRECTORY', 'Folder on the machine to run in', {}),
    user: text('USER', 'User on the machine to run as', {}),
    env: list('NAME=VALUE', 'Environment variable for the command', { short: 'e' }),
    idempotencyKey: text('KEY', 'Run it once only, however often a request with this key is sent', {}),
    container: text('NAME', 'Container to run in, where the machine has several', {}),
    noContainer: toggle('Run on the machine itself, where it has containers'),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'One quoted line', line: 'postern machine exec -a demo "uname -a"' },
    { does: 'Words as they are', line: "postern machine exec -a demo -- sh -c 'echo $HOME'" },
    { does: 'Feed it a file', line: 'postern machine exec -a demo -i -- wc -l < access.log' },
    { does: 'Start it and go', line: 'postern machine exec -a demo --detach --timeout 3600 -- bin/reindex' },
    {
      does: 'With a token instead of the session',
      line: 'POSTERN_TOKEN="$(cat ci.token)" postern machine exec -a demo uptime',
    },
  ],
  json: {
    exit_code: 'exit code of the command, 0 to 255',
    exit_signal: 'number of the signal that ended it, or 0',
    stdout: 'what it printed; base64 when `stdout_encoding` says so',
    stderr: 'likewise',
    exec_id: 'id of the exec record',
    reason: 'why it ended: exited, signaled, timed-out, …',
    duration_ms: 'milliseconds it ran',
    version: '1',
  },
  run: async (io, { flags, words, rest }) => {
    const { machine: named, argv } = execRequest(words, rest);
    const env = readEnvironment(flags.env);
    if (flags.container !== undefined && flags.noContainer) {
      throw new PosternError('bad_request', '--container and --no-container are mutually exclusive');
    }
    return traceExec(io, async (traced) => {
      const { idempotencyKey: key } = flags;
      const headers = { ...traced, ...(key === undefined ? {} : { 'idempotency-key': key }) };
      const session = await connect(io, flags, headers);
      const place = await chooseMachine(io, flags, session, named);
      const request = {
        command: [...argv],
        ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
        ...(flags.cwd === undefined ? {} : { cwd: flags.cwd }),
        ...(flags.user === undefined ? {} : { user: flags.user }),
        ...(flags.container === undefined ? {} : { container: flags.container }),
        ...(flags.noContainer ? { machine: true } : {}),
        ...(env === undefined ? {} : { env }),
      };
      if (flags.detach) return startDetached(io, flags, session, place, request);
      if (flags.json) return runBuffered(io, flags, session, place, request);
      const { runStreamed } = await import('./run-streamed.ts');
      if (flags.verbose) say(io, `running on ${place.app}/${place.machine}`);
      return runStreamed(io, flags, session, place, request);
    });
  },
});
