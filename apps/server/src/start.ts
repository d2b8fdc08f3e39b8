/** The composition root: configuration, store, authority, gateway, HTTP, the agent of this host. */
import { AuthorityError, openAuthority, type Authority } from '@postern/authority';
import { LIMITS } from '@postern/contract';
import type { Store } from '@postern/store';
import { openSqliteStore } from '@postern/store/sqlite';
import { createTracer, NO_TRACER, traceSettings } from '@postern/trace';
import { tokenCrypto } from './token-crypto.ts';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerConfig } from './config.ts';
import { startEmbeddedAgent } from './embedded-agent.ts';
import { createEventHub } from './events/hub.ts';
import { ensureInstallation, readEmbeddedAgent, type Installation } from './first-start.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import { keepSwept } from './gateway/transcript.ts';
import { countTries } from './http/count-tries.ts';
import { KEY_FILE, loadKeyEncryptionKey } from './key-encryption-key.ts';
import { ensureLocalCredentials } from './local-credentials.ts';
import { VERSION } from './http/app.ts';
import { listen } from './http/listen.ts';
import { watchStore } from './http/readiness.ts';
import type { Log } from './log.ts';
import { createMetrics, NO_METRICS } from './metrics.ts';
import type { Services } from './services.ts';

const USAGE_FLUSH_MS = 5000;

export interface RunningServer {
  readonly url: string;
  readonly installation: Installation;
  readonly credentialsFile: string;
  /** Makes a one-time link that signs the owner in to the dashboard. */
  createLoginLink(): Promise<string>;
  /** Reads the certificate anew, if there is one. @throws ConfigError; then the one before stays. */
  reloadCertificate(): void;
  /**
   * Takes nothing new, lets running execs go on for so long, ends what still runs, closes the records and lets go of
   * everything.
   */
  stop(drainMs: number): Promise<void>;
}

/** @throws ConfigError or StoreError; then nothing is left open. */
export async function startServer(
  config: ServerConfig,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<RunningServer> {
  const now = (): number => Date.now();
  let gateway: Gateway | undefined;
  const metrics = config.metricsListen === undefined ? NO_METRICS : createMetrics(() => gateway);
  const traces = traceSettings(env, 'postern-server');
  const tracer = traces === undefined ? NO_TRACER : createTracer(traces, VERSION, now);
  const opened = await openStore(config);
  const events = createEventHub();
  const { store, readiness } = watchStore(events.watch(opened), metrics, now);
  try {
    const hasKeys = (await store.listKeys()).length > 0;
    const authority = await openWithKey(store, config, env, hasKeys, now);
    await store.commit([{ kind: 'exec.close-orphans', at: now() }]);
    const installation = await ensureInstallation(store, config, now());
    const running = createGateway(store, log, now, ({ reason }) => metrics.execEnded(reason));
    gateway = running;
    authority.subscribeRevocations((matches) => running.endWhere(matches, 'revoked'));
    const transcripts = join(config.dataDir, 'transcripts');
    const stopSweeping = keepSwept(transcripts, now);
    let url = '';
    const services: Services = {
      config,
      store,
      authority,
      gateway: running,
      events,
      transcripts,
      log,
      metrics,
      tracer,
      readiness,
      guesses: countTries(LIMITS.failedTriesPerSource, now),
      now,
      publicUrl: () => config.publicUrl ?? url,
    };
    const listener = await listen(services, config);
    ({ url } = listener);
    const embedded = config.embeddedAgent ? readEmbeddedAgent(config) : undefined;
    const agent =
      embedded === undefined
        ? undefined
        : startEmbeddedAgent(config.dataDir, embedded, listener.loopbackUrl, log);
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
      reloadCertificate: () => listener.reloadCertificate(),
      async stop(drainMs) {
        readiness.drain();
        running.drain();
        clearInterval(flush);
        stopSweeping();
        await running.idle(drainMs);
        events.close();
        const closed = listener.close();
        await running.shutDown();
        await agent?.stop();
        listener.closeAllConnections();
        await closed;
        await authority.flushUsage();
        await tracer.flush();
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
