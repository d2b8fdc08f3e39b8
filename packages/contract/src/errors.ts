/**
 * Every refusal and failure that leaves the server, in one table: a stable code, one HTTP status, one exit code
 * of the command line. Callers match on the code, never on the text.
 *
 * flyctl sends a request again after 502 and 503, and a command that may have started must not run twice: 502 is never
 * used, and 503 only by a server that stops and has started nothing.
 */

/**
 * Exit codes of `postern` for its own failures. They follow sysexits.h, out of the way of what commands commonly
 * use; 124 is what timeout(1) says.
 */
export const EXIT_CODES = {
  ok: 0,
  usage: 64,
  auth: 67,
  notFound: 68,
  unreachable: 69,
  internal: 70,
  conflict: 73,
  busy: 75,
  refused: 77,
  timeout: 124,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

interface ErrorRow {
  readonly status: number;
  readonly exit: ExitCode;
}

export const ERRORS = {
  bad_request: { status: 400, exit: EXIT_CODES.usage },
  invalid_command: { status: 400, exit: EXIT_CODES.usage },
  body_too_large: { status: 413, exit: EXIT_CODES.usage },
  feature_unsupported: { status: 422, exit: EXIT_CODES.usage },
  unauthenticated: { status: 401, exit: EXIT_CODES.auth },
  session_invalid: { status: 401, exit: EXIT_CODES.auth },
  login_failed: { status: 401, exit: EXIT_CODES.auth },
  token_malformed: { status: 401, exit: EXIT_CODES.auth },
  token_wrong_location: { status: 401, exit: EXIT_CODES.auth },
  token_unknown_key: { status: 401, exit: EXIT_CODES.auth },
  token_invalid: { status: 401, exit: EXIT_CODES.auth },
  token_revoked: { status: 401, exit: EXIT_CODES.auth },
  token_expired: { status: 401, exit: EXIT_CODES.auth },
  not_allowed: { status: 403, exit: EXIT_CODES.refused },
  session_required: { status: 403, exit: EXIT_CODES.refused },
  policy_refused: { status: 403, exit: EXIT_CODES.refused },
  origin_refused: { status: 403, exit: EXIT_CODES.refused },
  route_not_found: { status: 404, exit: EXIT_CODES.notFound },
  organization_not_found: { status: 404, exit: EXIT_CODES.notFound },
  app_not_found: { status: 404, exit: EXIT_CODES.notFound },
  machine_not_found: { status: 404, exit: EXIT_CODES.notFound },
  token_not_found: { status: 404, exit: EXIT_CODES.notFound },
  exec_not_found: { status: 404, exit: EXIT_CODES.notFound },
  user_not_found: { status: 404, exit: EXIT_CODES.notFound },
  key_not_found: { status: 404, exit: EXIT_CODES.notFound },
  lease_not_found: { status: 404, exit: EXIT_CODES.notFound },
  login_not_found: { status: 404, exit: EXIT_CODES.notFound },
  method_not_allowed: { status: 405, exit: EXIT_CODES.usage },
  exec_timed_out: { status: 408, exit: EXIT_CODES.timeout },
  wait_timed_out: { status: 408, exit: EXIT_CODES.timeout },
  conflict: { status: 409, exit: EXIT_CODES.conflict },
  lease_held: { status: 409, exit: EXIT_CODES.conflict },
  machine_not_started: { status: 412, exit: EXIT_CODES.unreachable },
  machine_unreachable: { status: 412, exit: EXIT_CODES.unreachable },
  name_taken: { status: 422, exit: EXIT_CODES.conflict },
  machine_busy: { status: 429, exit: EXIT_CODES.busy },
  rate_limited: { status: 429, exit: EXIT_CODES.busy },
  shutting_down: { status: 503, exit: EXIT_CODES.unreachable },
  connection_lost: { status: 500, exit: EXIT_CODES.unreachable },
  start_failed: { status: 500, exit: EXIT_CODES.internal },
  audit_unavailable: { status: 500, exit: EXIT_CODES.internal },
  internal: { status: 500, exit: EXIT_CODES.internal },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** Every error code, for schemas and reference pages. */
export const ERROR_CODES: readonly ErrorCode[] = Object.keys(ERRORS).filter(isErrorCode);

/** Whether a string is one of the stable error codes. */
export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(ERRORS, value);
}

/**
 * A failure with a stable code. `message` is for the caller and never holds a token, key or secret; `hint` says
 * what to do next.
 */
export class PosternError extends Error {
  override readonly name = 'PosternError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** More facts for the caller, as JSON data: the refusals of a token, the output of a command that timed out. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /** HTTP status of the code. */
  get status(): number {
    return ERRORS[this.code].status;
  }

  /** Exit code of the command line for the code. */
  get exitCode(): ExitCode {
    return ERRORS[this.code].exit;
  }
}
