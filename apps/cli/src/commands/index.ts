/** The table of commands. Names, other names and one line each; a command's file is loaded when it runs. */
import { group, leaf, type AnyCommand } from '../core/command.ts';

const load = (module: Promise<{ readonly command: AnyCommand }>): Promise<AnyCommand> =>
  module.then(({ command }) => command);

export const root = group('Hand out tokens that may run certain commands, and no others, on your machines.', {
  auth: group('Sign in and out', {
    whoami: leaf('Show who is signed in', () => load(import('./auth/whoami.ts'))),
  }),
  apps: group(
    'Manage apps',
    { list: leaf('List apps', () => load(import('./apps/list.ts')), { aliases: ['ls'] }) },
    { aliases: ['app'] },
  ),
  machine: group(
    'Manage machines and run commands on them',
    {
      list: leaf('List machines', () => load(import('./machines/list.ts')), { aliases: ['ls'] }),
      exec: leaf('Run a command on a machine', () => load(import('./machines/exec.ts'))),
    },
    { aliases: ['machines', 'm'] },
  ),
  tokens: group(
    'Create, narrow, list and revoke tokens',
    {
      create: group('Create a token', {
        'machine-exec': leaf('Token that may run certain commands', () =>
          load(import('./tokens/create-machine-exec.ts')),
        ),
      }),
      list: leaf('List tokens', () => load(import('./tokens/list.ts')), { aliases: ['ls'] }),
      revoke: leaf('Revoke tokens', () => load(import('./tokens/revoke.ts'))),
    },
    { aliases: ['token'] },
  ),
  version: leaf('Show the version', () => load(import('./version.ts'))),
});
