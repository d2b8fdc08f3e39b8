/** The certificate of a server: whether this host believes it, and for how long. */
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { PosternError } from '@postern/contract/errors';
import { unreachable } from '../../network/transport.ts';
import type { Finding } from './check.ts';

const DAY_MILLISECONDS = 86_400_000;
/** Most authorities renew a month before the end; who has not by then may have forgotten. */
const SOON_MILLISECONDS = 21 * DAY_MILLISECONDS;
const PATIENCE_MILLISECONDS = 10_000;

interface Seen {
  readonly certificate: PeerCertificate;
  readonly protocol: string;
  /** Why it is not believed. */
  readonly problem: Error | undefined;
}

/** @throws PosternError `connection_lost` for a certificate that is not believed, and for no answer. */
export async function lookAtCertificate(server: URL, now: number): Promise<Finding> {
  const { certificate, protocol, problem } = await look(server);
  if (problem !== undefined) throw unreachable(server, problem);
  const ends = Date.parse(certificate.valid_to);
  const until = new Date(ends).toISOString().slice(0, 10);
  const says = `${protocol}, valid until ${until}`;
  if (Number.isNaN(ends) || ends - now > SOON_MILLISECONDS) return { state: 'ok', says };
  const days = Math.max(0, Math.floor((ends - now) / DAY_MILLISECONDS));
  return {
    state: 'warning',
    says: `${says}: ${days} ${days === 1 ? 'day' : 'days'} left`,
    hint: 'put a new one in place; SIGHUP makes the server read it',
  };
}

/** Only looks: nothing is sent over a connection that is not believed. */
function look(server: URL): Promise<Seen> {
  const host = server.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      {
        host,
        port: server.port === '' ? 443 : Number(server.port),
        ...(isIP(host) === 0 ? { servername: host } : {}),
        rejectUnauthorized: false,
        timeout: PATIENCE_MILLISECONDS,
      },
      () => {
        const certificate = socket.getPeerCertificate();
        const protocol = socket.getProtocol() ?? 'TLS';
        // Of Node's types an Error, in fact the code of one where the chain is at fault.
        const fault: unknown = socket.authorizationError;
        socket.destroy();
        resolve({ certificate, protocol, problem: socket.authorized ? undefined : asError(fault) });
      },
    );
    socket.on('timeout', () => socket.destroy(new PosternError('connection_lost', 'no answer in TLS')));
    socket.on('error', (cause) => reject(unreachable(server, cause)));
  });
}

function asError(fault: unknown): Error {
  if (fault instanceof Error) return fault;
  return Object.assign(new Error(String(fault)), { code: String(fault) });
}
