/** Where a request came from. */
import { isIP, isIPv4, type BlockList } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** Hops looked at; a longer list of proxies is nobody's. */
const MAX_HOPS = 16;

/**
 * The address of the peer of the connection. `X-Forwarded-For` is believed as far as trusted proxies wrote it: from
 * its end, each address a trusted proxy saw, up to the first that is not a proxy of ours. What a caller wrote itself
 * stands before that and is never looked at.
 *
 * @param trusted addresses of proxies; empty for none.
 */
export function sourceOf(message: IncomingMessage, trusted: BlockList): string {
  const peer = plain(message.socket.remoteAddress ?? 'unknown');
  const header = message.headers['x-forwarded-for'];
  if (header === undefined || !isTrusted(peer, trusted)) return peer;
  const hops = String(header).split(',').slice(-MAX_HOPS).reverse();
  let source = peer;
  for (const hop of hops) {
    const address = plain(hop.trim());
    // What cannot be read ends the way back: the last proxy that is known is the source.
    if (isIP(address) === 0) return source;
    source = address;
    if (!isTrusted(address, trusted)) return source;
  }
  return source;
}

function isTrusted(address: string, trusted: BlockList): boolean {
  if (isIP(address) === 0) return false;
  return trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** An IPv4 caller of a dual-stack socket. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
