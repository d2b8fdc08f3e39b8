import { useEffect, useState } from 'react';

const UNITS: ReadonlyArray<readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number]> = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];
const HOUR_SECONDS = 3600;
const TICK_MS = 30_000;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/**
 * `in 2 days`, `in 47 hours`, `3 hours ago`, `just now`. A unit is used from two of it on, but for the small ones, and
 * rounded down: what is left is never told longer than it is.
 */
export function relativeTime(at: number, now: number): string {
  const seconds = (at - now) / 1000;
  const [unit, size] = UNITS.find(
    ([, length]) => Math.abs(seconds) >= (length > HOUR_SECONDS ? 2 * length : length),
  ) ?? ['second', 1];
  if (unit === 'second') return seconds > 0 ? 'in less than a minute' : 'just now';
  return relative.format(Math.trunc(seconds / size), unit);
}

/** Milliseconds since the epoch, renewed every half minute. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export interface TimeProps {
  /** RFC 3339; null shows `never`. */
  readonly at: string | null;
  /** The word for null. */
  readonly never?: string;
}

/** A moment seen from now, with the exact one on hover. */
export function Time({ at, never = 'never' }: TimeProps) {
  const now = useNow();
  if (at === null) return <span className="muted">{never}</span>;
  const moment = Date.parse(at);
  return (
    <time dateTime={at} title={absolute.format(moment)}>
      {relativeTime(moment, now)}
    </time>
  );
}

/** The exact moment, in the reader's time zone. */
export function ExactTime({ at }: { readonly at: string }) {
  return <time dateTime={at}>{absolute.format(Date.parse(at))}</time>;
}
