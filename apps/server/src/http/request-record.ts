/** What is noted of a request from its first to its last byte: its id, and the operation it turned out to be. */
import { parseTraceparent, type TraceContext } from '@postern/trace';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface RequestRecord {
  /** Stands in the answer, in errors and in the log. */
  readonly id: string;
  /** Name of the operation of the contract, or of the route; `other` for what is nobody's. */
  operation: string;
  /** Where in a trace the caller says this happens. */
  readonly trace: TraceContext | undefined;
}

/** An id of a caller or proxy is taken over if it cannot be mistaken for anything else in a log line. */
const TAKEN_OVER = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

const records = new WeakMap<IncomingMessage, RequestRecord>();

/** The record of a request; made at the first call. */
export function recordOf(message: IncomingMessage): RequestRecord {
  const known = records.get(message);
  if (known !== undefined) return known;
  const given = message.headers['x-request-id'];
  const id = typeof given === 'string' && TAKEN_OVER.test(given) ? given : randomUUID();
  const traceparent = message.headers['traceparent'];
  const trace = parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined);
  const record = { id, operation: 'other', trace };
  records.set(message, record);
  return record;
}
