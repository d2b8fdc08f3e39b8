/** Opens the sockets: HTTP or HTTPS for everybody, a plain one on loopback for the agent of this host, the metrics. */
import { serve } from '@hono/node-server';
import { LIMITS } from '@postern/contract';
import { readFileSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { ConfigError, type ServerConfig } from '../config.ts';
import { createMetricsServer } from '../metrics.ts';
import type { Services } from '../services.ts';
import { createApp } from './app.ts';
import { httpServerOptions } from './server-options.ts';
import { createUpgradeHandler, type UpgradeHandler } from './upgrade.ts';

const LOOPBACK = '127.0.0.1';
const OLDEST_TLS = 'TLSv1.2';

type TlsFiles = NonNullable<ServerConfig['tls']>;

export interface Listener {
  /** Of the main socket, on this host. */
  readonly url: string;
  /** Reached without a certificate, from this host alone. */
  readonly loopbackUrl: string;
  /** @throws ConfigError; then the certificate before stays. */
  reloadCertificate(): void;
  /** Takes no new connections; resolves when the last one is gone. */
  close(): Promise<void>;
  closeAllConnections(): void;
}

/** @throws ConfigError for an address in use, a certificate that cannot be read or does not fit its key. */
export async function listen(services: Services, config: ServerConfig): Promise<Listener> {
  const { tls, metricsListen } = config;
  const open: HttpServer[] = [];
  const upgraded = new Set<Duplex>();
  const opened = async (server: HttpServer, host: string, port: number, option: string): Promise<void> => {
    await whenListening(server, host, port, option);
    open.push(server);
  };
  try {
    const secure = tls === undefined ? undefined : openTls(services, config, tls, upgraded);
    const main = secure ?? openPlain(services, config.host, config.port, upgraded);
    await opened(main, config.host, config.port, '--listen');
    const url = urlOf(main, secure === undefined ? 'http' : 'https');
    let loopbackUrl = url;
    if (secure !== undefined && config.embeddedAgent) {
      // No certificate is made out to the loopback address.
      const loopback = openPlain(services, LOOPBACK, 0, upgraded);
      await opened(loopback, LOOPBACK, 0, '--listen');
      loopbackUrl = urlOf(loopback, 'http');
    }
    if (metricsListen !== undefined) {
      const { host, port } = metricsListen;
      const metrics = createMetricsServer(services.metrics).listen(port, host);
      await opened(metrics, host, port, '--metrics-listen');
      services.log.info('metrics.listening', { url: `${urlOf(metrics, 'http')}/metrics` });
    }
    return {
      url,
      loopbackUrl,
      reloadCertificate() {
        if (tls !== undefined) secure?.setSecureContext(readCertificate(tls));
      },
      async close() {
        await Promise.all(
          open.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
        );
      },
      closeAllConnections() {
        for (const server of open) server.closeAllConnections();
        // An agent that is just connecting belongs to nobody yet who could close it.
        for (const socket of upgraded) socket.destroy();
      },
    };
  } catch (error) {
    for (const server of open) server.close();
    throw error;
  }
}

function openPlain(services: Services, hostname: string, port: number, upgraded: Set<Duplex>): HttpServer {
  const { fetch } = createApp(services);
  const server = serve({ fetch, hostname, port, serverOptions: httpServerOptions(LIMITS) }) as HttpServer;
  return server.on('upgrade', trackUpgrades(createUpgradeHandler(services), upgraded));
}

function openTls(
  services: Services,
  { host, port }: ServerConfig,
  tls: TlsFiles,
  upgraded: Set<Duplex>,
): TlsServer {
  const { fetch } = createApp(services);
  const server = serve({
    fetch,
    hostname: host,
    port,
    createServer: createTlsServer,
    serverOptions: { ...httpServerOptions(LIMITS), ...readCertificate(tls) },
  }) as TlsServer;
  return server.on('upgrade', trackUpgrades(createUpgradeHandler(services), upgraded));
}

/** Node does not count a connection as its own any more once it was upgraded, but waits for it when it closes. */
function trackUpgrades(upgrade: UpgradeHandler, upgraded: Set<Duplex>): UpgradeHandler {
  return (request, socket, head) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    upgrade(request, socket, head);
  };
}

function whenListening(server: HttpServer, host: string, port: number, option: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new ConfigError(`${host}:${port} is in use; stop what listens there or choose another ${option}`)
          : error,
      ),
    );
    server.once('listening', () => resolve());
  });
}

/** @throws ConfigError for a file that cannot be read, and for a certificate and key that do not belong together. */
function readCertificate({ certFile, keyFile }: TlsFiles): {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: typeof OLDEST_TLS;
} {
  const files = {
    cert: readFile('--tls-cert', certFile),
    key: readFile('--tls-key', keyFile),
    minVersion: OLDEST_TLS,
  } as const;
  try {
    createSecureContext(files);
  } catch (error) {
    throw new ConfigError(
      `--tls-cert ${certFile} and --tls-key ${keyFile} cannot be used together: ${codeOf(error)}`,
    );
  }
  return files;
}

function readFile(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigError(`${option}: ${file} cannot be read: ${codeOf(error)}`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
}

/** The URL on this host: a wildcard address is reached over loopback. */
function urlOf(server: HttpServer, scheme: 'http' | 'https'): string {
  const { address, port, family } = server.address() as AddressInfo;
  const named: Readonly<Record<string, string>> = { '0.0.0.0': LOOPBACK, '::': '[::1]' };
  return `${scheme}://${named[address] ?? (family === 'IPv6' ? `[${address}]` : address)}:${port}`;
}
