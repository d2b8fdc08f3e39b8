/** Turns every thrown thing into one JSON error answer. The text never holds a stack, token or key. */
import { PosternError, type ErrorBody } from '@postern/contract';
import { redact } from '../log.ts';

/**
 * @param thrown whatever a handler threw.
 * @returns the error that may be shown to the caller; anything unforeseen becomes `internal`.
 */
export function toPosternError(thrown: unknown): PosternError {
  if (thrown instanceof PosternError) return thrown;
  return new PosternError(
    'internal',
    'something went wrong on the server; nothing more is known to the caller',
    {
      hint: 'look for the request id in the server log',
      cause: thrown,
    },
  );
}

/** The JSON body of an error answer. `status` is the word flyctl looks at. */
export function errorBody(error: PosternError, requestId: string): ErrorBody {
  return {
    error: redact(error.message),
    code: error.code,
    status: error.code === 'name_taken' ? 'name_taken' : 'unknown',
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    request_id: requestId,
    ...(Object.keys(error.details).length === 0 ? {} : { details: { ...error.details } }),
  };
}
