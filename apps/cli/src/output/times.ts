/** Times for people. JSON output keeps the RFC 3339 text of the server. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `2026-11-24 12:00:00 UTC`, or an empty cell. */
export function formatTime(time: string | null): string {
  if (time === null) return '';
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Milliseconds as people say them: `20 years`, `2 days`, `90 seconds`. */
export function formatSpan(milliseconds: number): string {
  const say = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;
  if (milliseconds < 2 * MINUTE) return say(Math.max(0, Math.round(milliseconds / 1000)), 'second');
  if (milliseconds < 2 * HOUR) return say(Math.round(milliseconds / MINUTE), 'minute');
  if (milliseconds < 2 * DAY) return say(Math.round(milliseconds / HOUR), 'hour');
  if (milliseconds < 730 * DAY) return say(Math.round(milliseconds / DAY), 'day');
  return say(Math.round(milliseconds / (365 * DAY)), 'year');
}

/** `3 minutes ago`, or `never`. */
export function formatAgo(time: string | null, now: number): string {
  if (time === null) return 'never';
  return `${formatSpan(Math.max(0, now - Date.parse(time)))} ago`;
}

/** `2026-11-27`, or an empty cell: where there is no room for more. */
export function formatDay(time: string | null): string {
  return formatTime(time).slice(0, 10);
}

/** `3m ago`, or `never`: where there is no room for more. */
export function formatShortAgo(time: string | null, now: number): string {
  return formatAgo(time, now).replace(/^(\d+) ([smhdy])[a-z]+/, '$1$2');
}
