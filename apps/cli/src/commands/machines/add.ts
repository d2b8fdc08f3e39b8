import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { integer, SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseApp } from '../../choose/app.ts';
import { print, printJson, say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { formatTime } from '../../output/times.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description:
    'Add a machine to an app. Prints the command that starts its agent there, with a join token that works once; ' +
    'with --beside an agent that already runs serves the new machine too.',
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    name: text('NAME', 'Name of the machine', { short: 'n' }),
    driver: text('DRIVER', 'How the agent reaches it', {
      choices: ['process', 'docker', 'ssh'],
      default: 'process',
    }),
    container: text('NAME', 'Container to run in (driver docker)', {}),
    host: text('HOST', 'Host to run on (driver ssh)', {}),
    port: integer('PORT', 'Port of the host (driver ssh)'),
    user: text('USER', 'User on the host (driver ssh)', {}),
    beside: text('ID', 'Machine whose agent shall serve this one too', {}),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'A host that runs its own agent', line: 'postern machines add -a demo -n web-1' },
    {
      does: 'A container beside a machine that is already served',
      line: 'postern machines add -a demo -n web --driver docker --container web --beside 148e21ab9c3d89',
    },
  ],
  json: {
    version: '1',
    machine: 'the new machine',
    join_token: 'works once, or null',
    join_expires_at: 'or null',
    join_command: 'what to run on the machine, or null',
  },
  run: async (io, { flags }) => {
    const driver = readDriver(flags);
    const session = await connect(io, flags);
    const app = await chooseApp(io, flags, session);
    const added = await session.client.call(session.operations.addMachine, {
      params: { app },
      body: {
        driver,
        ...(flags.name === undefined ? {} : { name: flags.name }),
        ...(flags.beside === undefined ? {} : { beside: flags.beside }),
      },
    });
    if (flags.json) {
      printJson(io, { version: 1, ...added });
      return;
    }
    say(io, `added machine ${added.machine.id} (${safeText(added.machine.name)}) to ${safeText(app)}`);
    if (added.join_command === null) return;
    print(io, safeText(added.join_command));
    say(io, `run this on the machine; its join token works once, until ${formatTime(added.join_expires_at)}`);
  },
});

interface DriverFlags {
  readonly driver: string;
  readonly container: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
}

function readDriver({ driver, container, host, port, user }: DriverFlags) {
  if (driver === 'docker') {
    if (container === undefined) throw missing('docker', '--container');
    return { kind: 'docker' as const, container };
  }
  if (driver === 'ssh') {
    if (host === undefined) throw missing('ssh', '--host');
    return {
      kind: 'ssh' as const,
      host,
      ...(port === undefined ? {} : { port }),
      ...(user === undefined ? {} : { user }),
    };
  }
  return { kind: 'process' as const };
}

function missing(driver: string, flag: string): PosternError {
  return new PosternError('bad_request', `the driver ${driver} needs ${flag}`);
}
