import { defineCommand } from '../core/command.ts';
import { text, toggle } from '../core/flags.ts';
import { runServer } from './run-server.ts';

export const command = defineCommand({
  description:
    'Start the Postern server on this host: authority, gateway, dashboard and an agent for this host. First start ' +
    'makes keys, the owner, an organization, an app and a machine, and signs you in. Ctrl-C stops it cleanly.',
  flags: {
    dataDir: text('DIR', 'Where everything is kept (default .postern)', { complete: 'directory' }),
    listen: text('HOST:PORT', 'Address to listen on (default 127.0.0.1:7070)', {}),
    ownerEmail: text('EMAIL', 'Owner of a fresh installation (default owner@localhost)', {}),
    databaseUrl: text('URL', 'Keep data in Postgres instead of SQLite', {}),
    publicUrl: text('URL', 'Address others reach this server under', {}),
    location: text('URL', 'Location of minted tokens (default https://api.fly.io/v1)', {}),
    noEmbeddedAgent: toggle('Do not run an agent for this host'),
  },
  examples: [
    { does: 'Start on this host', line: 'postern serve' },
    {
      does: 'For others too',
      line: 'postern serve --listen 0.0.0.0:7070 --public-url https://postern.example',
    },
  ],
  run: (io, { flags }) => {
    const given: ReadonlyArray<readonly [string, string | undefined]> = [
      ['--data-dir', flags.dataDir],
      ['--listen', flags.listen],
      ['--owner-email', flags.ownerEmail],
      ['--database-url', flags.databaseUrl],
      ['--public-url', flags.publicUrl],
      ['--location', flags.location],
    ];
    return runServer(io, [
      ...given.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
      ...(flags.noEmbeddedAgent ? ['--no-embedded-agent'] : []),
    ]);
  },
});
