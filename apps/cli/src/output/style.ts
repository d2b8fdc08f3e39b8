/** Colour, where a person looks at it and did not say otherwise. See https://no-color.org. */
import type { Io } from '../core/io.ts';

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** Matches the sequences styles are made of, and captures them. */
export const STYLES: RegExp = new RegExp(`(\u001B\\[(?:${Object.values(CODES).flat().join('|')})m)`);

export function styleFor(io: Io, stream: 'stdout' | 'stderr'): Style {
  const on = wantsColour(io, stream);
  const paint =
    ([begin, end]: readonly [number, number]) =>
    (text: string): string =>
      on && text !== '' ? `\u001B[${begin}m${text}\u001B[${end}m` : text;
  return {
    bold: paint(CODES.bold),
    dim: paint(CODES.dim),
    red: paint(CODES.red),
    green: paint(CODES.green),
    yellow: paint(CODES.yellow),
  };
}

function wantsColour(io: Io, stream: 'stdout' | 'stderr'): boolean {
  const { NO_COLOR, CLICOLOR_FORCE, TERM } = io.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (CLICOLOR_FORCE !== undefined && CLICOLOR_FORCE !== '' && CLICOLOR_FORCE !== '0') return true;
  return io.terminal[stream] && TERM !== 'dumb';
}
