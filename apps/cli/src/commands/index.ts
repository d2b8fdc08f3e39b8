/** The table of commands. Names, other names and one line each; a command's file is loaded when it runs. */
import { group, leaf, type AnyCommand } from '../core/command.ts';

const load = (module: Promise<{ readonly command: AnyCommand }>): Promise<AnyCommand> =>
  module.then(({ command }) => command);

const LS = { aliases: ['ls'] } as const;
const RM = { aliases: ['rm', 'delete', 'destroy'] } as const;

export const root = group('Hand out tokens that may run certain commands, and no others, on your machines.', {
  serve: leaf('Start the server on this host', () => load(import('./serve.ts'))),
  backup: leaf('Copy the data of the server on this host', () => load(import('./backup.ts'))),
  restore: leaf('Put a copy back', () => load(import('./restore.ts'))),
  auth: group('Sign in and out', {
    login: leaf('Sign in to a server', () => load(import('./auth/login.ts'))),
    logout: leaf('Sign out', () => load(import('./auth/logout.ts'))),
    link: leaf('Print a one-time link that signs you in', () => load(import('./auth/link.ts'))),
    whoami: leaf('Show who is signed in', () => load(import('./auth/whoami.ts'))),
    token: leaf('Print the token in use', () => load(import('./auth/token.ts'))),
    list: leaf('List the servers you are signed in to', () => load(import('./auth/list.ts')), LS),
    switch: leaf('Choose the server to use', () => load(import('./auth/switch.ts')), { aliases: ['use'] }),
  }),
  orgs: group(
    'Manage organizations and their members',
    {
      list: leaf('List organizations', () => load(import('./orgs/list.ts')), LS),
      show: leaf('Show an organization', () => load(import('./orgs/show.ts'))),
      create: leaf('Create an organization', () => load(import('./orgs/create.ts'))),
      update: leaf('Rename or set the longest life of tokens', () => load(import('./orgs/update.ts'))),
      delete: leaf('Delete an organization', () => load(import('./orgs/delete.ts')), {
        aliases: ['rm', 'destroy'],
      }),
      members: group(
        'Manage members',
        {
          list: leaf('List members', () => load(import('./orgs/members-list.ts')), LS),
          add: leaf('Add a member', () => load(import('./orgs/members-add.ts'))),
          set: leaf('Change a role', () => load(import('./orgs/members-set.ts'))),
          remove: leaf('Remove a member', () => load(import('./orgs/members-remove.ts')), RM),
        },
        { aliases: ['member'] },
      ),
    },
    { aliases: ['org', 'organization', 'organizations'] },
  ),
  apps: group(
    'Manage apps',
    {
      list: leaf('List apps', () => load(import('./apps/list.ts')), LS),
      show: leaf('Show an app', () => load(import('./apps/show.ts')), { aliases: ['status'] }),
      create: leaf('Create an app', () => load(import('./apps/create.ts'))),
      update: leaf('Rename or say what is kept of execs', () => load(import('./apps/update.ts'))),
      destroy: leaf('Destroy apps', () => load(import('./apps/destroy.ts')), {
        aliases: ['rm', 'delete', 'remove'],
      }),
    },
    { aliases: ['app'] },
  ),
  machine: group(
    'Manage machines and run commands on them',
    {
      exec: leaf('Run a command on a machine', () => load(import('./machines/exec.ts'))),
      list: leaf('List machines', () => load(import('./machines/list.ts')), LS),
      show: leaf('Show a machine', () => load(import('./machines/show.ts')), { aliases: ['status'] }),
      add: leaf('Add a machine', () => load(import('./machines/add.ts'))),
      rename: leaf('Rename a machine', () => load(import('./machines/rename.ts'))),
      remove: leaf('Remove machines', () => load(import('./machines/remove.ts')), RM),
      start: leaf('Start machines', () => load(import('./machines/start.ts'))),
      stop: leaf('Stop machines', () => load(import('./machines/stop.ts'))),
      restart: leaf('Restart machines', () => load(import('./machines/restart.ts'))),
      wait: leaf('Wait for a state', () => load(import('./machines/wait.ts'))),
      ps: leaf('List processes', () => load(import('./machines/ps.ts'))),
    },
    { aliases: ['machines', 'm'] },
  ),
  exec: group(
    'Look at what was run',
    {
      list: leaf('List execs', () => load(import('./exec/list.ts')), LS),
      show: leaf('Show an exec', () => load(import('./exec/show.ts'))),
      attach: leaf('Follow a running exec', () => load(import('./exec/attach.ts'))),
      logs: leaf('Print kept output', () => load(import('./exec/logs.ts'))),
      replay: leaf('Play kept output', () => load(import('./exec/replay.ts'))),
      kill: leaf('End running execs', () => load(import('./exec/kill.ts'))),
    },
    { aliases: ['execs'] },
  ),
  tokens: group(
    'Create, narrow, list and revoke tokens',
    {
      create: group('Create a token', {
        'machine-exec': leaf('Token that may run certain commands', () =>
          load(import('./tokens/create-machine-exec.ts')),
        ),
        deploy: leaf('Token for everything on one app', () => load(import('./tokens/create-deploy.ts'))),
        org: leaf('Token for everything in an organization', () => load(import('./tokens/create-org.ts'))),
        readonly: leaf('Token that may only read', () => load(import('./tokens/create-readonly.ts'))),
        ssh: leaf('Not offered', () => load(import('./tokens/create-ssh.ts')), { hidden: true }),
      }),
      list: leaf('List tokens', () => load(import('./tokens/list.ts')), LS),
      show: leaf('Show the record of a token', () => load(import('./tokens/show.ts'))),
      rename: leaf('Rename a token', () => load(import('./tokens/rename.ts'))),
      revoke: leaf('Revoke tokens', () => load(import('./tokens/revoke.ts'))),
      rotate: leaf('Replace a token with a successor', () => load(import('./tokens/rotate.ts'))),
      attenuate: leaf('Narrow a token, offline', () => load(import('./tokens/attenuate.ts'))),
      debug: leaf('Show what is inside a token, offline', () => load(import('./tokens/debug.ts')), {
        aliases: ['inspect'],
      }),
      explain: leaf('Would a token allow a command', () => load(import('./tokens/explain.ts'))),
      '3p': group('Third-party caveats', {
        add: leaf('Make a token need a discharge', () => load(import('./tokens/3p-add.ts'))),
        ticket: leaf('Print the ticket for a third party', () => load(import('./tokens/3p-ticket.ts'))),
        discharge: leaf('Turn a ticket into a discharge', () => load(import('./tokens/3p-discharge.ts'))),
        'add-discharge': leaf('Put a discharge beside a token', () =>
          load(import('./tokens/3p-add-discharge.ts')),
        ),
      }),
      deploy: leaf('Same as create deploy', () => load(import('./tokens/create-deploy.ts')), {
        hidden: true,
      }),
      org: leaf('Same as create org', () => load(import('./tokens/create-org.ts')), { hidden: true }),
    },
    { aliases: ['token'] },
  ),
  keys: group(
    'Manage the signing key',
    {
      list: leaf('List generations', () => load(import('./keys/list.ts')), LS),
      rotate: leaf('Make a new generation', () => load(import('./keys/rotate.ts'))),
      retire: leaf('Retire a generation', () => load(import('./keys/retire.ts'))),
      rewrap: leaf('Seal the keys anew', () => load(import('./keys/rewrap.ts'))),
    },
    { aliases: ['key'] },
  ),
  audit: group('Read and verify the audit log', {
    list: leaf('List entries', () => load(import('./audit/list.ts')), LS),
    tail: leaf('Follow new entries', () => load(import('./audit/tail.ts'))),
    export: leaf('Print every entry as JSON lines', () => load(import('./audit/export.ts'))),
    verify: leaf('Recompute the hash chain', () => load(import('./audit/verify.ts'))),
  }),
  config: group('Look at the settings', {
    show: leaf('Show settings and where they come from', () => load(import('./config/show.ts'))),
  }),
  doctor: leaf('Find out what is wrong', () => load(import('./doctor.ts'))),
  completion: leaf('Print a completion script', () => load(import('./completion/command.ts'))),
  version: leaf('Show the version', () => load(import('./version.ts'))),
  __complete: leaf('Candidates for completion scripts', () => load(import('./completion/complete.ts')), {
    hidden: true,
  }),
});
