/** Where a request came from. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/**
 * The address of the peer of the connection. Headers such as `X-Forwarded-For` are not believed: anybody can write
 * them.
 */
export function sourceOf(c: Context): string {
  const address = getConnInfo(c).remote.address ?? 'unknown';
  // An IPv4 caller of a dual-stack socket.
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
}
