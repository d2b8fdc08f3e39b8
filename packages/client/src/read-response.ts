/** From one HTTP answer to the output of an operation, or to the error the server named. */
import {
  errorBodySchema,
  isErrorCode,
  PosternError,
  type ErrorCode,
  type Operation,
} from '@postern/contract';
import type { z } from 'zod';
import type { HttpResponse } from './transport.ts';

/**
 * @returns the parsed output; keys this client does not know are dropped.
 * @throws PosternError as the server says, or `internal` when the answer is not what the operation promises.
 */
export function readResponse<Op extends Operation>(
  operation: Op,
  response: HttpResponse,
): z.output<Op['output']> {
  if (response.status < 200 || response.status > 299) throw readError(response);
  const result = operation.output.safeParse(parseJson(response));
  if (!result.success) {
    throw new PosternError('internal', `the server answered ${operation.name} in a form that is not known`, {
      hint: 'are client and server of the same version? See: postern version',
      cause: result.error,
    });
  }
  // The schema was chosen by the same operation, which TypeScript cannot follow through a generic.
  return result.data as z.output<Op['output']>;
}

/** The error an answer holds. Anything that is not Postern's error body becomes a sentence about the status. */
export function readError(response: HttpResponse): PosternError {
  let body: unknown;
  try {
    body = JSON.parse(response.text);
  } catch {
    body = undefined;
  }
  const parsed = errorBodySchema.safeParse(body);
  if (!parsed.success) return strangeAnswer(response);
  const { error, code, hint, details, request_id } = parsed.data;
  return new PosternError(isErrorCode(code) ? code : codeOfStatus(response.status), error, {
    ...(hint === undefined ? {} : { hint }),
    details: { ...details, ...(request_id === undefined ? {} : { request_id }) },
  });
}

/** Redirects are not followed: what was sent, credentials too, was meant for this server and no other. */
function strangeAnswer({ status, headers }: HttpResponse): PosternError {
  const elsewhere = status >= 300 && status <= 399 ? URL.parse(headers['location'] ?? '') : null;
  const message = `the server answered HTTP ${status}`;
  return elsewhere === null
    ? new PosternError(codeOfStatus(status), message, { hint: 'is the address that of a Postern server?' })
    : new PosternError(codeOfStatus(status), `${message} and points to ${elsewhere.origin}`, {
        hint: `redirects are not followed; is that the right address: ${elsewhere.origin}?`,
      });
}

function parseJson(response: HttpResponse): unknown {
  try {
    return JSON.parse(response.text);
  } catch (cause) {
    throw new PosternError('internal', 'the server answered something that is not JSON', {
      hint: 'is the address that of a Postern server?',
      cause,
    });
  }
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'not_allowed';
  if (status === 404) return 'route_not_found';
  if (status === 408) return 'exec_timed_out';
  if (status === 409) return 'conflict';
  if (status === 413) return 'body_too_large';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'internal' : 'bad_request';
}
