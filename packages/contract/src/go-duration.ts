/**
 * Go's duration text (`48h`, `1h30m`, `1.5h`, `90s`), as flyctl's `--expiry` takes it.
 * Grammar of Go's time.ParseDuration: `[+-]?(number unit)+` or `0`; units ns us µs ms s m h. No days.
 */
import { PosternError } from './errors.ts';

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Go keeps durations in 63 bits of nanoseconds: about 292 years. */
const MAX_NANOSECONDS = 2 ** 63;

/**
 * @param text a Go duration.
 * @returns milliseconds, possibly negative, rounded away from zero: only a written zero is zero.
 * @throws PosternError `bad_request` with the text Go would print.
 */
export function parseGoDuration(text: string): number {
  const fail = (reason: string): never => {
    throw new PosternError('bad_request', `time: ${reason} ${JSON.stringify(text)}`, {
      hint: 'write hours, minutes and seconds, such as 48h, 1h30m or 90s; there are no days: 2d is 48h',
    });
  };
  const sign = text.startsWith('-') ? -1 : 1;
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '0') return 0;
  if (unsigned === '') return fail('invalid duration');
  let nanoseconds = 0;
  let rest = unsigned;
  while (rest !== '') {
    const number = /^(?:\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) return fail('invalid duration');
    rest = rest.slice(number.length);
    const unit = /^[^\d.]+/.exec(rest)?.[0];
    if (unit === undefined) return fail('missing unit in duration');
    const scale = Object.hasOwn(NANOSECONDS, unit) ? NANOSECONDS[unit] : undefined;
    if (scale === undefined) return fail(`unknown unit ${JSON.stringify(unit)} in duration`);
    nanoseconds += Number(number) * scale;
    if (nanoseconds >= MAX_NANOSECONDS) return fail('invalid duration');
    rest = rest.slice(unit.length);
  }
  return Math.ceil(nanoseconds / 1e6) * sign;
}

/** Milliseconds as Go prints them: `48h0m0s`, `1m30s`, `1.5s`, `100ms`, `0s`. */
export function formatGoDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  const sign = milliseconds < 0 ? '-' : '';
  const total = Math.abs(milliseconds);
  if (total < 1000) return `${sign}${total}ms`;
  const hours = Math.floor(total / 3_600_000);
  const minutes = Math.floor((total % 3_600_000) / 60_000);
  const seconds = `${(total % 60_000) / 1000}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}
