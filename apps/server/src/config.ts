/** The server's configuration: parsed once from arguments and environment, then plain data. */
import { BlockList, isIP, isIPv4 } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { emailSchema } from '@postern/contract';

export interface ServerConfig {
  /** What the program was asked to do: nothing (run the server), or an act of maintenance with its words. */
  readonly words: readonly string[];
  /** What a restore does with tokens nobody can say were revoked. */
  readonly unknownTokens: string | undefined;
  /** Absolute path of the directory that holds the database, the key-encryption key and recordings. */
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Email of the person who owns a fresh installation. */
  readonly ownerEmail: string;
  /** Postgres connection string; absent means SQLite in the data directory. */
  readonly databaseUrl: string | undefined;
  /** The URL people and agents use, when it differs from the listening address (reverse proxy). */
  readonly publicUrl: string | undefined;
  /** Location string of minted tokens; stock flyctl drops tokens with any other than the default. */
  readonly location: string;
  /** Whether first start adds a machine served by an agent on this host, and later starts run that agent. */
  readonly embeddedAgent: boolean;
  /** Absolute path of the built dashboard. */
  readonly dashboardDir: string;
  /** Directory for the local owner's credentials file. */
  readonly configDir: string;
  /** Files with the certificate chain and its key, in PEM; absent means plain HTTP. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: BlockList;
  /** Where numbers for Prometheus are answered; absent means nowhere. */
  readonly metricsListen: { readonly host: string; readonly port: number } | undefined;
  /** Whether every request gets a line in the log. */
  readonly accessLog: boolean;
  /** For how long running commands may go on after SIGTERM, in milliseconds. */
  readonly drainMs: number;
}

/** Where `npm run build` leaves the dashboard. */
const BUILT_DASHBOARD = join(import.meta.dirname, '../../dashboard/dist/site');

/** A mistake in how the server was started; its message is the whole answer. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export const USAGE = `Usage: npm start -- [options]
       npm start -- backup DIR | restore DIR | rewrap-keys [options]

Starts Postern: the authority, the gateway and an agent for this host. Or, instead:
  backup DIR     copies the data directory consistently, while the server runs or not
  restore DIR    puts such a copy back, with the server stopped; revoked tokens stay revoked
  rewrap-keys    seals the signing keys under a new key-encryption key, with the server stopped

Options:
  --data-dir DIR       where everything is kept (default .postern; env POSTERN_DATA_DIR)
  --listen HOST:PORT   address to listen on (default 127.0.0.1:7070; env POSTERN_LISTEN)
  --owner-email EMAIL  owner of a fresh installation (default owner@localhost; env POSTERN_OWNER_EMAIL)
  --database-url URL   keep data in Postgres instead of SQLite (env DATABASE_URL)
  --public-url URL     the URL others reach this server under (env POSTERN_PUBLIC_URL)
  --location URL       location string of minted tokens (default https://api.fly.io/v1; env POSTERN_LOCATION)
  --no-embedded-agent  do not run an agent for this host
  --tls-cert FILE      serve https with this certificate chain (PEM; env POSTERN_TLS_CERT); SIGHUP reads it anew
  --tls-key FILE       its private key (PEM; env POSTERN_TLS_KEY)
  --trusted-proxy CIDR believe X-Forwarded-For of this proxy; repeat or join with commas (env POSTERN_TRUSTED_PROXY)
  --metrics-listen H:P answer GET /metrics for Prometheus there (env POSTERN_METRICS_LISTEN)
  --access-log         write a line for every request (env POSTERN_ACCESS_LOG=1)
  --drain SECONDS      let running commands go on after SIGTERM (default 0; env POSTERN_DRAIN)
  --unknown-tokens X   restore: revoke or keep tokens nobody can say were revoked since the copy
  -h, --help           show this help

Examples:
  npm start
  npm start -- --listen 0.0.0.0:7070 --public-url https://postern.example.com
  npm start -- --data-dir /var/lib/postern --owner-email dana@example.com
`;

/**
 * @param args arguments after the program name.
 * @param env the process environment.
 * @returns the configuration, or `help` when that was asked for.
 * @throws ConfigError naming the option and the value that came.
 */
export function parseConfig(args: readonly string[], env: NodeJS.ProcessEnv): ServerConfig | 'help' {
  const { values, positionals } = readArguments(args);
  if (values.help === true) return 'help';
  const text = (option: string | undefined, variable: string, fallback: string): string => {
    const value = option ?? env[variable];
    return value === undefined || value === '' ? fallback : value;
  };
  const { host, port } = parseListen('--listen', text(values.listen, 'POSTERN_LISTEN', '127.0.0.1:7070'));
  const ownerEmail = text(values['owner-email'], 'POSTERN_OWNER_EMAIL', 'owner@localhost');
  if (!emailSchema.safeParse(ownerEmail).success) {
    throw new ConfigError(`--owner-email: ${JSON.stringify(ownerEmail)} is not an email address`);
  }
  const publicUrl = text(values['public-url'], 'POSTERN_PUBLIC_URL', '');
  const databaseUrl = text(values['database-url'], 'DATABASE_URL', '');
  const metricsListen = text(values['metrics-listen'], 'POSTERN_METRICS_LISTEN', '');
  const home = text(undefined, 'XDG_CONFIG_HOME', `${env['HOME'] ?? '.'}/.config`);
  return {
    words: positionals,
    unknownTokens: values['unknown-tokens'],
    dataDir: resolve(text(values['data-dir'], 'POSTERN_DATA_DIR', '.postern')),
    host,
    port,
    ownerEmail,
    databaseUrl: databaseUrl === '' ? undefined : databaseUrl,
    publicUrl: publicUrl === '' ? undefined : parseUrl('--public-url', publicUrl),
    location: text(values.location, 'POSTERN_LOCATION', 'https://api.fly.io/v1'),
    embeddedAgent: values['no-embedded-agent'] !== true,
    dashboardDir: resolve(text(undefined, 'POSTERN_DASHBOARD_DIR', BUILT_DASHBOARD)),
    configDir: resolve(text(undefined, 'POSTERN_CONFIG_DIR', `${home}/postern`)),
    tls: parseTls(
      text(values['tls-cert'], 'POSTERN_TLS_CERT', ''),
      text(values['tls-key'], 'POSTERN_TLS_KEY', ''),
    ),
    trustedProxies: parseNetworks(text(values['trusted-proxy']?.join(','), 'POSTERN_TRUSTED_PROXY', '')),
    metricsListen: metricsListen === '' ? undefined : parseListen('--metrics-listen', metricsListen),
    accessLog: values['access-log'] ?? env['POSTERN_ACCESS_LOG'] === '1',
    drainMs: parseSeconds('--drain', text(values.drain, 'POSTERN_DRAIN', '0')) * 1000,
  };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'data-dir': { type: 'string' },
        listen: { type: 'string' },
        'owner-email': { type: 'string' },
        'database-url': { type: 'string' },
        'public-url': { type: 'string' },
        location: { type: 'string' },
        'no-embedded-agent': { type: 'boolean' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'trusted-proxy': { type: 'string', multiple: true },
        'metrics-listen': { type: 'string' },
        'access-log': { type: 'boolean' },
        drain: { type: 'string' },
        'unknown-tokens': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : 'unreadable arguments');
  }
}

function parseListen(option: string, listen: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || !(port <= 65_535)) {
    throw new ConfigError(`${option}: ${JSON.stringify(listen)} is not HOST:PORT, such as 127.0.0.1:7070`);
  }
  return { host, port };
}

function parseUrl(option: string, text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new ConfigError(`${option}: ${JSON.stringify(text)} is not an http or https URL`);
  }
  return url.href.replace(/\/$/, '');
}

function parseTls(certFile: string, keyFile: string): ServerConfig['tls'] {
  if (certFile === '' && keyFile === '') return undefined;
  if (certFile === '' || keyFile === '') {
    throw new ConfigError('--tls-cert and --tls-key go together: one was given without the other');
  }
  return { certFile: resolve(certFile), keyFile: resolve(keyFile) };
}

function parseNetworks(text: string): BlockList {
  const networks = new BlockList();
  for (const network of text.split(',').filter((part) => part !== '')) {
    const [address = '', bits] = network.split('/');
    const longest = isIPv4(address) ? 32 : 128;
    const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (isIP(address) === 0 || prefix < 0 || prefix > longest) {
      throw new ConfigError(
        `--trusted-proxy: ${JSON.stringify(network)} is not an address or network, such as 10.0.0.0/8`,
      );
    }
    networks.addSubnet(address, prefix, isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return networks;
}

/** The longest that can be asked for: an hour. */
const MAX_DRAIN_SECONDS = 3600;

function parseSeconds(option: string, text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) > MAX_DRAIN_SECONDS) {
    throw new ConfigError(
      `${option}: ${JSON.stringify(text)} is not a number of seconds from 0 to ${MAX_DRAIN_SECONDS}`,
    );
  }
  return Number(text);
}
