/**
 * The request as Node received it. Building a web Request with its Headers and streams costs more than most
 * operations themselves; what handlers need is read from Node's own objects.
 */
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { IncomingMessage } from 'node:http';

/** Headers by name, in any letter case. */
export interface HeaderView {
  get(name: string): string | null;
}

export const bindings = (c: Context): HttpBindings => c.env as HttpBindings;

export function incomingOf(c: Context): IncomingMessage {
  return bindings(c).incoming;
}

export function headersOf(message: IncomingMessage): HeaderView {
  return {
    get(name) {
      const value = message.headers[name.toLowerCase()];
      return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
    },
  };
}

/** Aborts when the caller goes away before it was answered. */
export function goneSignal(c: Context): AbortSignal {
  const { outgoing } = bindings(c);
  const gone = new AbortController();
  if (outgoing.destroyed) gone.abort();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  return gone.signal;
}
