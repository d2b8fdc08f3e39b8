/** The typed client of this page. The session cookie says who asks; no script can read it. */
import { createClient, createFetchTransport, type CallInput } from '@postern/client';
import { isErrorCode, PosternError, type Operation } from '@postern/contract';
import type { z } from 'zod';
import { connectionLost, connectionWorks } from './connection.ts';
import { sessionEnded } from './session.ts';

const client = createClient({
  server: location.origin,
  // A page of another site cannot add this header; the server asks for it on every change.
  headers: { 'x-postern-request': 'dashboard' },
  transport: createFetchTransport((input, init) => fetch(input, init)),
});

const SESSION_CODES: ReadonlySet<string> = new Set(['unauthenticated', 'session_invalid']);

/**
 * Calls one operation. A session that has ended and a server out of reach are made known to the whole page besides
 * being thrown.
 *
 * @throws PosternError
 */
export async function call<Op extends Operation>(
  operation: Op,
  input: CallInput<Op>,
): Promise<z.output<Op['output']>> {
  try {
    const answer = await client.call(operation, input);
    connectionWorks();
    return answer;
  } catch (thrown) {
    const error = toError(thrown);
    if (error.code === 'connection_lost') connectionLost();
    else connectionWorks();
    if (SESSION_CODES.has(error.code)) sessionEnded();
    throw error;
  }
}

/** Whatever was thrown, as an error with a code. */
export function toError(thrown: unknown): PosternError {
  if (thrown instanceof PosternError && isErrorCode(thrown.code)) return thrown;
  return new PosternError('internal', thrown instanceof Error ? thrown.message : String(thrown), {
    cause: thrown,
  });
}

export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}
