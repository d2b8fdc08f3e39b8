import { defineCommand } from '../../core/command.ts';
import { list, SHARED_FLAGS, text, toggle } from '../../core/flags.ts';
import { chooseApp } from '../../choose/app.ts';
import { machineId } from '../../choose/machine-id.ts';
import { connect } from '../../settings/connect.ts';
import { commandRules } from './command-rules.ts';
import { RESTRICTION_FLAGS } from './restriction-flags.ts';
import { EXPIRY_FLAG, OUTPUT_FLAG, readExpiry } from './mint-flags.ts';
import { mintAndPrint } from './mint-and-print.ts';

export const command = defineCommand({
  description:
    'Create a token that may run certain commands, and no others, on the machines of an app. ' +
    'The words are one command with its arguments, which must match exactly; words after -- are never read as ' +
    'flags. Without any command every command is allowed. The token goes to stdout and is shown only once; what ' +
    'it allows and how to use and revoke it goes to stderr. A template is a command line in which a word may be a ' +
    'choice {web|worker}, a number {1..1000}, a pattern {/[a-z_]+/} or, last, up to so many more words {...5:/[a-z]+/}.',
  words: '[command...]',
  count: [0, Infinity],
  flags: {
    app: SHARED_FLAGS.app,
    command: list('COMMAND', 'A command with arguments that must match exactly', { short: 'C' }),
    commandPrefix: list('COMMAND', 'The words a command must begin with', { short: 'p' }),
    config: SHARED_FLAGS.config,
    expiry: EXPIRY_FLAG,
    name: text('NAME', 'Name of the token', { short: 'n', default: 'postern machine-exec token' }),
    json: SHARED_FLAGS.json,
    machine: list('ID', 'Allow only this machine, named by id or name'),
    ...RESTRICTION_FLAGS,
    noRead: toggle('Do not let the token read apps and machines either'),
    dryRun: toggle('Show what the token would hold, and create none'),
    output: OUTPUT_FLAG,
  },
  examples: [
    {
      does: 'A token that may run one command, for two days',
      line: 'postern tokens create machine-exec -a demo -x 48h -- bin/rails db:migrate',
    },
    {
      does: 'Two exact commands, and everything that begins with `git log`',
      line: 'postern tokens create machine-exec -a demo -C "git status" -C "npm test" -p "git log"',
    },
    {
      does: 'A form with choices, only from one network, for half a minute at a time',
      line: 'postern tokens create machine-exec -a demo --template "systemctl restart {web|worker}" --allow-cidr 10.0.0.0/8 --max-timeout 30s',
    },
    {
      does: 'Keep the token in a file only you can read',
      line: 'postern tokens create machine-exec -a demo --output ci.token -C uptime',
    },
  ],
  json: {
    token: 'the token, ready for an Authorization header; absent with --output',
    file: 'with --output: where the token is',
    id: 'id of its record, for show and revoke',
    name: 'its name',
    expires_at: 'RFC 3339 time, or null',
    version: '1',
  },
  run: async (io, { flags, words, rest }) => {
    const commands = commandRules([...words, ...(rest ?? [])], flags.command, flags.commandPrefix);
    const expiry = readExpiry(flags.expiry);
    const [{ readRestrictions, restrictionsToJson }, { noteDangers }] = await Promise.all([
      import('./read-restrictions.ts'),
      import('./note-dangers.ts'),
    ]);
    const restrictions = readRestrictions(flags, commands);
    const session = await connect(io, flags);
    const app = await chooseApp(io, flags, session);
    const machines = await Promise.all(flags.machine.map((machine) => machineId(session, app, machine)));
    const dangers = noteDangers(commands, restrictions.onCommands);
    await mintAndPrint(io, flags, dangers, () =>
      session.client.call(session.operations.mintAppToken, {
        params: { app },
        body: {
          profile: 'machine_exec',
          name: flags.name,
          expiry,
          commands: commands.map(({ args, exact }) => ({ args: [...args], exact })),
          ...(machines.length === 0 ? {} : { machines }),
          ...restrictionsToJson(restrictions),
          ...(flags.noRead ? { no_read: true } : {}),
          ...(flags.dryRun ? { dry_run: true } : {}),
        },
      }),
    );
  },
});
