/** The composition root: configuration, store, authority, gateway, HTTP, the agent of this host. */
import { AuthorityError, openAuthority, type Authority } from '@postern/authority';
import { LIMITS } from '@postern/contract';
import type { Store } from '@postern/store';
import { openSqliteStore } from '@postern/store/sqlite';
import { tokenCrypto } from './token-crypto.ts';
import { serve } from '@hono/node-server';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { ConfigError, type ServerConfig } from './config.ts';
import { startEmbeddedAgent } from './embedded-agent.ts';
import { ensureInstallation, readEmbeddedAgent, type Installation } from './first-start.ts';
import { createGateway } from './gateway/gateway.ts';
import { sweepTranscripts } from './gateway/transcript.ts';
import { createApp } from './http/app.ts';
import { countTries } from './http/count-tries.ts';
import { httpServerOptions } from './http/server-options.ts';
import { createUpgradeHandler } from './http/upgrade.ts';
import { KEY_FILE, loadKeyEncryptionKey } from './key-encryption-key.ts';
import { ensureLocalCredentials } from './local-credentials.ts';
import type { Log } from './log.ts';
import type { Services } from './services.ts';

const USAGE_FLUSH_MS = 5000;

export interface RunningServer {
  readonly url: string;
  readonly installation: Installation;
  readonly credentialsFile: string;
  /** Makes a one-time link that signs the owner in to the dashboard. */
  createLoginLink(): Promise<string>;
  /** Ends running execs, closes their records, and lets go of everything. */
  stop(): Promise<void>;
}

/** @throws ConfigError or StoreError; then nothing is left open. */
export async function startServer(
  config: ServerConfig,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<RunningServer> {
  const now = (): number => Date.now();
  const store = await openStore(config);
  try {
    const hasKeys = (await store.listKeys()).length > 0;
    const authority = await openWithKey(store, config, env, hasKeys, now);
    await store.commit([{ kind: 'exec.close-orphans', at: now() }]);
    const installation = await ensureInstallation(store, config, now());
    const gateway = createGateway(store, log, now);
    authority.subscribeRevocations((matches) => gateway.endWhere(matches, 'revoked'));
    const transcripts = join(config.dataDir, 'transcripts');
    await sweepTranscripts(transcripts, now());
    let url = '';
    const services: Services = {
      config,
      store,
      authority,
      gateway,
      transcripts,
      log,
      guesses: countTries(LIMITS.failedTriesPerSource, now),
      now,
      publicUrl: () => config.publicUrl ?? url,
    };
    const server = await listen(services, config);
    url = urlOf(server);
    const embedded = config.embeddedAgent ? readEmbeddedAgent(config) : undefined;
    const agent = embedded === undefined ? undefined : startEmbeddedAgent(config.dataDir, embedded, url, log);
    const credentialsFile = await ensureLocalCredentials(
      config.configDir,
      url,
      installation.owner,
      authority,
    );
    const flush = setInterval(() => {
      authority
        .flushUsage()
        .catch((error: unknown) => log.error('usage.not-written', { message: String(error) }));
    }, USAGE_FLUSH_MS);
    return {
      url,
      installation,
      credentialsFile,
      async createLoginLink() {
        const { secret } = await authority.createLogin(installation.owner, 'system', { source: null });
        return `${services.publicUrl()}/login#${secret}`;
      },
      async stop() {
        clearInterval(flush);
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        await gateway.shutDown();
        await agent?.stop();
        server.closeAllConnections();
        await closed;
        await authority.flushUsage();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Opens the keyring. When the keys were being sealed anew and the server was killed in between, the next key is in
 * its file already and the one before does not fit any more.
 */
async function openWithKey(
  store: Store,
  config: ServerConfig,
  env: NodeJS.ProcessEnv,
  hasKeys: boolean,
  now: () => number,
): Promise<Authority> {
  const options = { store, crypto: tokenCrypto, location: config.location, now };
  const keyEncryptionKey = loadKeyEncryptionKey(config.dataDir, env['POSTERN_KEY_ENCRYPTION_KEY'], hasKeys);
  try {
    return await openAuthority({ ...options, keyEncryptionKey });
  } catch (error) {
    const next = join(config.dataDir, `${KEY_FILE}.next`);
    if (!(error instanceof AuthorityError) || error.code !== 'key_not_found' || !existsSync(next))
      throw error;
    const text = readFileSync(next, 'utf8').trim();
    const authority = await openAuthority({ ...options, keyEncryptionKey: Buffer.from(text, 'base64') });
    renameSync(next, join(config.dataDir, KEY_FILE));
    return authority;
  }
}

/** SQLite unless a database was named; then the data directory still holds keys and the agent's identity. */
async function openStore(config: ServerConfig): Promise<Store> {
  if (config.databaseUrl === undefined) return openSqliteStore(config.dataDir);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  // Loaded only when it is chosen.
  const { openPostgresStore } = await import('@postern/store/postgres');
  return openPostgresStore(config.databaseUrl);
}

function listen(services: Services, config: ServerConfig): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({
      fetch: createApp(services).fetch,
      hostname: config.host,
      port: config.port,
      serverOptions: httpServerOptions(LIMITS),
    }) as Server;
    server.on('upgrade', createUpgradeHandler(services));
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new ConfigError(
              `${config.host}:${config.port} is in use; stop what listens there or choose another --listen`,
            )
          : error,
      ),
    );
    server.once('listening', () => resolve(server));
  });
}

/** The URL on this host: a wildcard address is reached over loopback. */
function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  const host =
    address === '0.0.0.0'
      ? '127.0.0.1'
      : address === '::'
        ? '[::1]'
        : family === 'IPv6'
          ? `[${address}]`
          : address;
  return `http://${host}:${port}`;
}
