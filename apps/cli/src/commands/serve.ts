import { defineCommand } from '../core/command.ts';
import { integer, list, text, toggle } from '../core/flags.ts';
import { runServer } from './run-server.ts';

export const command = defineCommand({
  description:
    'Start the Postern server on this host: authority, gateway, dashboard and an agent for this host. First start ' +
    'makes keys, the owner, an organization, an app and a machine, and signs you in. Ctrl-C stops it cleanly.',
  flags: {
    dataDir: text('DIR', 'Where everything is kept (default .postern; also POSTERN_DATA_DIR)', {
      complete: 'directory',
    }),
    listen: text('HOST:PORT', 'Address to listen on (default 127.0.0.1:7070; also POSTERN_LISTEN)', {}),
    ownerEmail: text(
      'EMAIL',
      'Owner of a fresh installation (default owner@localhost; also POSTERN_OWNER_EMAIL)',
      {},
    ),
    databaseUrl: text(
      'URL',
      'Keep data in Postgres instead of SQLite (also DATABASE_URL, which hides its password)',
      {},
    ),
    publicUrl: text('URL', 'Address others reach this server under (also POSTERN_PUBLIC_URL)', {}),
    location: text(
      'URL',
      'Location of minted tokens (default https://api.fly.io/v1; also POSTERN_LOCATION)',
      {},
    ),
    tlsCert: text(
      'FILE',
      'Serve https with this certificate chain (PEM); SIGHUP reads it anew; also POSTERN_TLS_CERT',
      {
        complete: 'file',
      },
    ),
    tlsKey: text('FILE', 'Its private key (PEM; also POSTERN_TLS_KEY)', { complete: 'file' }),
    trustedProxy: list(
      'NETWORK',
      'Believe X-Forwarded-For of this proxy, such as 10.0.0.5/32 (also POSTERN_TRUSTED_PROXY)',
    ),
    metricsListen: text(
      'HOST:PORT',
      'Answer GET /metrics for Prometheus there (also POSTERN_METRICS_LISTEN)',
      {},
    ),
    accessLog: toggle('Write a line for every request (also POSTERN_ACCESS_LOG=1)'),
    drain: integer(
      'SECONDS',
      'Let running commands go on so long after SIGTERM (default 0; also POSTERN_DRAIN)',
    ),
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
      ['--tls-cert', flags.tlsCert],
      ['--tls-key', flags.tlsKey],
      ...flags.trustedProxy.map((network) => ['--trusted-proxy', network] as const),
      ['--metrics-listen', flags.metricsListen],
      ['--drain', flags.drain?.toString()],
    ];
    return runServer(io, [
      ...given.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
      ...(flags.accessLog ? ['--access-log'] : []),
      ...(flags.noEmbeddedAgent ? ['--no-embedded-agent'] : []),
    ]);
  },
});
