/**
 * How often one source address may try within a window. A try is counted before it is made and given back when it
 * was no guess, so that many at the same moment are no more than one after the other.
 *
 * The secrets that are guessed at have 256 random bits; this keeps whoever guesses from costing anything, and a
 * short code, should there ever be one, from being found.
 */
import { LIMITS, PosternError } from '@postern/contract';
import { isIPv6 } from 'node:net';

export interface Tries {
  /** Counts one try. @throws PosternError `rate_limited`. */
  take(source: string): void;
  /** Makes one try; only a failure stays counted. @throws PosternError `rate_limited`, or what `act` throws. */
  guess<T>(source: string, act: () => Promise<T>): Promise<T>;
}

interface Counted {
  tries: number;
  readonly endsAt: number;
}

/** @param most tries in one window of {@link LIMITS.tryWindowSeconds}. */
export function countTries(most: number, now: () => number): Tries {
  const bySource = new Map<string, Counted>();

  const find = (key: string): Counted => {
    const known = bySource.get(key);
    if (known !== undefined && known.endsAt > now()) return known;
    bySource.delete(key);
    if (bySource.size >= LIMITS.triedSources) {
      for (const oldest of bySource.keys()) {
        bySource.delete(oldest);
        break;
      }
    }
    const fresh: Counted = { tries: 0, endsAt: now() + LIMITS.tryWindowSeconds * 1000 };
    bySource.set(key, fresh);
    return fresh;
  };

  const count = (source: string): Counted => {
    const counted = find(networkOf(source));
    if (counted.tries >= most) {
      const seconds = Math.max(1, Math.ceil((counted.endsAt - now()) / 1000));
      throw new PosternError('rate_limited', 'too many attempts from this address', {
        hint: `try again in ${seconds} s`,
      });
    }
    counted.tries += 1;
    return counted;
  };

  return {
    take: (source) => void count(source),
    async guess(source, act) {
      const counted = count(source);
      const result = await act();
      counted.tries -= 1;
      return result;
    },
  };
}

/** Whoever has one IPv6 address has all of its /64. */
function networkOf(source: string): string {
  if (!isIPv6(source)) return source;
  const [head = '', tail] = source.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4).join(':');
}
