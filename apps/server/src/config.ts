/** The server's configuration: parsed once from arguments and environment, then plain data. */
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
  const { host, port } = parseListen(text(values.listen, 'POSTERN_LISTEN', '127.0.0.1:7070'));
  const ownerEmail = text(values['owner-email'], 'POSTERN_OWNER_EMAIL', 'owner@localhost');
  if (!emailSchema.safeParse(ownerEmail).success) {
    throw new ConfigError(`--owner-email: ${JSON.stringify(ownerEmail)} is not an email address`);
  }
  const publicUrl = text(values['public-url'], 'POSTERN_PUBLIC_URL', '');
  const databaseUrl = text(values['database-url'], 'DATABASE_URL', '');
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
        'unknown-tokens': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : 'unreadable arguments');
  }
}

function parseListen(listen: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || !(port <= 65_535)) {
    throw new ConfigError(`--listen: ${JSON.stringify(listen)} is not HOST:PORT, such as 127.0.0.1:7070`);
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
