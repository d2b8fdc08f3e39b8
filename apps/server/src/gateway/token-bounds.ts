/**
 * The bounds a token sets on how its commands are run, read before anything is verified. They only choose what is
 * asked for where the caller leaves it open, and never more than the default; whether it is allowed is decided by
 * clearing, as always.
 */
import { parseHeader, TokenError, type Caveat } from '@postern/token';

export interface TokenBounds {
  readonly timeoutMs: number;
  readonly outputBytes: number;
}

/** @param header macaroons of the request; a header that cannot be read changes nothing here. */
export function boundsOf(header: string, defaults: TokenBounds): TokenBounds {
  let { timeoutMs, outputBytes } = defaults;
  for (const caveat of caveatsOf(header)) {
    // No time at all cannot be asked for: the shortest there is, which such a caveat then refuses.
    if (caveat.type === 'MaxTimeout')
      timeoutMs = Math.max(1, Math.min(timeoutMs, Number(caveat.seconds) * 1000));
    if (caveat.type === 'MaxOutput') outputBytes = Math.min(outputBytes, Number(caveat.bytes));
  }
  return { timeoutMs, outputBytes };
}

function caveatsOf(header: string): Caveat[] {
  try {
    return flatten(parseHeader(header).flatMap(({ unsafeCaveats }) => unsafeCaveats));
  } catch (error) {
    if (error instanceof TokenError) return [];
    throw error;
  }
}

function flatten(caveats: readonly Caveat[]): Caveat[] {
  return caveats.flatMap((caveat) => (caveat.type === 'IfPresent' ? flatten(caveat.ifs) : [caveat]));
}
