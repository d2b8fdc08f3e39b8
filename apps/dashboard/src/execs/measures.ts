/** Sizes and durations as words. */

const SIZES = [
  ['byte', 1],
  ['kilobyte', 1000],
  ['megabyte', 1_000_000],
  ['gigabyte', 1_000_000_000],
] as const;

/** `0 bytes`, `12 bytes`, `3.4 kB`. */
export function bytesText(bytes: number): string {
  const [unit, size] = SIZES.findLast(([, least]) => bytes >= least) ?? SIZES[0];
  const unitDisplay = size === 1 ? 'long' : 'short';
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 }).format(
    bytes / size,
  );
}

/** `35 milliseconds`, `1.2 seconds`, `3 minutes 5 seconds`, `2 hours 4 minutes`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return unitText(Math.round(milliseconds), 'millisecond');
  if (milliseconds < 60_000) return unitText(Math.floor(milliseconds / 100) / 10, 'second');
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 3600) return pairText(Math.floor(seconds / 60), 'minute', seconds % 60, 'second');
  return pairText(Math.floor(seconds / 3600), 'hour', Math.floor((seconds % 3600) / 60), 'minute');
}

type DurationUnit = 'millisecond' | 'second' | 'minute' | 'hour';

function pairText(first: number, unit: DurationUnit, rest: number, restUnit: DurationUnit): string {
  return rest === 0 ? unitText(first, unit) : `${unitText(first, unit)} ${unitText(rest, restUnit)}`;
}

function unitText(value: number, unit: DurationUnit): string {
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
