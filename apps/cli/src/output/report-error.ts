/** One failure, on stderr: what happened, why, what to do next; and the exit code of its kind. */
import { PosternError } from '@postern/contract/errors';
import type { ExitStatus } from '../core/command.ts';
import { Interrupted } from '../core/interrupted.ts';
import type { Io } from '../core/io.ts';
import { say } from './print.ts';
import { safeJson } from './safe-json.ts';
import { safeText } from './safe-text.ts';
import { styleFor } from './style.ts';

/**
 * @param json print one line of JSON instead of sentences.
 * @returns the exit code.
 */
export function reportError(io: Io, error: unknown, json: boolean): ExitStatus {
  if (error instanceof Interrupted) {
    say(io, '');
    return error.exitStatus;
  }
  const known = redacted(error instanceof PosternError ? error : unexpected(error));
  if (json) {
    const { code, message, hint, details } = known;
    say(io, safeJson({ version: 1, error: { code, message, hint: hint ?? null, details } }));
    return known.exitCode;
  }
  const style = styleFor(io, 'stderr');
  say(io, `${style.red('error:')} ${safeText(known.message)}`);
  for (const reason of refusalReasons(known)) say(io, `  ${safeText(reason)}`);
  if (known.hint !== undefined) say(io, `${style.bold('hint:')} ${safeText(known.hint)}`);
  return known.exitCode;
}

/** A word that was a token, and stood where a command or a name was wanted, must not end in a log. */
function redacted(error: PosternError): PosternError {
  const hide = (text: string): string =>
    text.replaceAll(/\b(fm2|fm1[ra]|fo1|join)_[A-Za-z0-9+/=_-]{8,}/g, '$1_…');
  const { code, message, hint, details } = error;
  return new PosternError(code, hide(message), {
    details,
    cause: error,
    ...(hint === undefined ? {} : { hint: hide(hint) }),
  });
}

/** The reasons of a refusal that the sentence itself does not already hold. */
function refusalReasons(error: PosternError): string[] {
  const refusals = error.details['refusals'];
  if (!Array.isArray(refusals)) return [];
  return refusals.flatMap((refusal: unknown) => {
    if (typeof refusal !== 'object' || refusal === null || !('reason' in refusal)) return [];
    const { reason } = refusal;
    return typeof reason === 'string' && !error.message.includes(reason) ? [reason] : [];
  });
}

/** A fault of this program. The stack is only for those who ask for it. */
function unexpected(error: unknown): PosternError {
  const message = error instanceof Error ? error.message : String(error);
  return new PosternError('internal', `unexpected: ${message}`, {
    hint: 'this is a fault in postern; please report it with the command you ran',
    cause: error,
  });
}
