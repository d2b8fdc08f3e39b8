/** HTTP over node:http: the first `fetch` of a process costs about 100 ms more. */
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { PosternError } from '@postern/contract/errors';
import type { HttpResponse, Transport } from '@postern/client';

/** Bytes of an answer that are read at most; the largest holds two outputs in base64. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export const nodeTransport: Transport = async (request) => {
  const url = new URL(request.url);
  const { request: send, agent } = await (url.protocol === 'https:' ? useHttps() : useHttp());
  return new Promise<HttpResponse>((resolve, reject) => {
    const fail = (cause: unknown): void => reject(unreachable(url, cause));
    const outgoing = send(
      url,
      {
        method: request.method,
        headers: {
          ...request.headers,
          ...(request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) }),
        },
        agent,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        incoming.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) outgoing.destroy(new Error('the answer is too large'));
          else chunks.push(chunk);
        });
        incoming.on('error', fail);
        incoming.on('end', () => {
          const headers = Object.fromEntries(
            Object.entries(incoming.headers).map(([name, value]) => [
              name,
              Array.isArray(value) ? value.join(', ') : value,
            ]),
          );
          resolve({
            status: incoming.statusCode ?? 0,
            headers,
            text: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    outgoing.on('error', fail);
    outgoing.end(request.body);
  });
};

/** One connection serves all requests of a command; an idle one does not keep the program from ending. */
let httpAgent: HttpAgent | undefined;
let httpsAgent: HttpsAgent | undefined;

async function useHttp() {
  const { Agent, request } = await import('node:http');
  httpAgent ??= new Agent({ keepAlive: true });
  return { request, agent: httpAgent };
}

async function useHttps() {
  const { Agent, request } = await import('node:https');
  httpsAgent ??= new Agent({ keepAlive: true });
  return { request, agent: httpsAgent };
}

/** The error for a server that could not be talked to, with what most likely helps. */
export function unreachable(url: Pick<URL, 'origin' | 'hostname'>, cause: unknown): PosternError {
  const code = causeCode(cause);
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'the connection was closed',
    ENOTFOUND: `no such host: ${url.hostname}`,
    EAI_AGAIN: `cannot look up ${url.hostname}`,
    ETIMEDOUT: 'no answer',
    EHOSTUNREACH: 'no route to the host',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority this machine does not know',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    CERT_NOT_YET_VALID: 'its certificate is not valid yet',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
    EPROTO: 'it does not speak TLS',
  };
  const reason = reasons[code] ?? (cause instanceof Error ? cause.message : 'unknown reason');
  return new PosternError('connection_lost', `cannot reach ${url.origin}: ${reason}`, {
    hint: hintFor(code),
    cause,
  });
}

function hintFor(code: string): string {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'name the certificate authority in NODE_EXTRA_CA_CERTS';
    case 'CERT_HAS_EXPIRED':
      return 'the server needs a new one; or is the clock of this host ahead?';
    case 'CERT_NOT_YET_VALID':
      return 'is the clock of this host behind?';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'use the name it was made out to, or have the server get one for this name';
    case 'EPROTO':
      return 'write http:// if the server has no certificate, or is it another service?';
    default:
      return 'is the server running? Start it with: postern serve. Another address: --server';
  }
}

function causeCode(cause: unknown): string {
  // A host with several addresses fails with all their errors together.
  if (cause instanceof AggregateError) return causeCode(cause.errors[0]);
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}
