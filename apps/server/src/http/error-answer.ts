/** Turns every thrown thing into one JSON error answer. The text never holds a stack, token or key. */
import { AuthorityError } from '@postern/authority';
import { PosternError, type ErrorBody, type ErrorCode } from '@postern/contract';
import { StoreError } from '@postern/store';
import { redact } from '../log.ts';

/**
 * @param thrown whatever a handler threw.
 * @returns the error that may be shown to the caller; anything unforeseen becomes `internal`.
 */
export function toPosternError(thrown: unknown): PosternError {
  if (thrown instanceof PosternError) return thrown;
  if (thrown instanceof AuthorityError) {
    return new PosternError(thrown.code, thrown.message, {
      ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
      ...(thrown.refusals.length === 0 ? {} : { details: { refusals: thrown.refusals } }),
      cause: thrown,
    });
  }
  if (thrown instanceof StoreError) return fromStore(thrown);
  return new PosternError(
    'internal',
    'something went wrong on the server; nothing more is known to the caller',
    {
      hint: 'look for the request id in the server log',
      cause: thrown,
    },
  );
}

function fromStore(error: StoreError): PosternError {
  const codes: Record<StoreError['code'], ErrorCode> = {
    taken: 'name_taken',
    'not-found': 'conflict',
    precondition: 'conflict',
    'newer-schema': 'internal',
    locked: 'internal',
    corrupt: 'internal',
    unavailable: 'audit_unavailable',
  };
  const message = error.code === 'taken' ? 'Validation failed: Name has already been taken' : error.message;
  return new PosternError(codes[error.code], message, {
    cause: error,
    ...(error.code === 'taken' ? { hint: `choose another one (${error.field ?? 'name'} is taken)` } : {}),
  });
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
