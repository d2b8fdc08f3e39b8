/**
 * Tables. On a terminal: bold header, and a row fits one line: cells that have a short form take it, then the widest
 * columns are cut. Anywhere else: plain and whole. Columns stand two blanks apart and no line ends in blanks.
 */
import type { Io } from '../core/io.ts';
import { print } from './print.ts';
import { safeText } from './safe-text.ts';
import { styleFor } from './style.ts';
import { formatAgo, formatDay, formatShortAgo, formatTime } from './times.ts';

const GAP = '  ';
const NARROWEST = 8;

interface AnyColumn {
  readonly title: string;
  /** Never cut: what people copy, such as ids. */
  readonly whole?: true;
}

interface TextColumn<Row> extends AnyColumn {
  readonly cell: (row: Row) => string;
  /** What to show where the whole row does not fit. */
  readonly short?: (row: Row) => string;
}

/** A time, `2026-11-27 09:11:57 UTC`, or where it does not fit its day. */
interface TimeColumn<Row> extends AnyColumn {
  readonly time: (row: Row) => string | null;
}

/** How long ago, `3 minutes ago`, or where it does not fit `3m ago`. */
interface AgoColumn<Row> extends AnyColumn {
  readonly ago: (row: Row) => string | null;
}

export type Column<Row> = TextColumn<Row> | TimeColumn<Row> | AgoColumn<Row>;

export function printTable<Row>(io: Io, columns: readonly Column<Row>[], rows: readonly Row[]): void {
  let cells = rows.map((row) => columns.map((column) => safeText(cellOf(io, column, row, false))));
  let widths = widthsOf(columns, cells);
  if (io.terminal.stdout && rowWidth(widths) > io.terminal.columns()) {
    cells = rows.map((row) => columns.map((column) => safeText(cellOf(io, column, row, true))));
    widths = widthsOf(columns, cells);
    fit(widths, columns, io.terminal.columns());
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => pad(cut(cell, widths[index] ?? 0), widths[index] ?? 0))
      .join(GAP)
      .trimEnd();
  const header = line(columns.map((column) => column.title));
  print(io, styleFor(io, 'stdout').bold(header));
  for (const row of cells) print(io, line(row));
}

/** `Key: value` lines for one thing, keys aligned. */
export function printFields(io: Io, fields: ReadonlyArray<readonly [key: string, value: string]>): void {
  const width = Math.max(...fields.map(([key]) => key.length));
  const style = styleFor(io, 'stdout');
  for (const [key, value] of fields) {
    print(io, `${style.bold(key.padEnd(width))}${GAP}${safeText(value)}`.trimEnd());
  }
}

function cellOf<Row>(io: Io, column: Column<Row>, row: Row, short: boolean): string {
  if ('time' in column) return (short ? formatDay : formatTime)(column.time(row));
  if ('ago' in column) return (short ? formatShortAgo : formatAgo)(column.ago(row), io.now());
  return short && column.short !== undefined ? column.short(row) : column.cell(row);
}

function widthsOf(
  columns: ReadonlyArray<{ readonly title: string }>,
  cells: ReadonlyArray<readonly string[]>,
): number[] {
  return columns.map(({ title }, index) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );
}

function rowWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
}

/** Takes columns off the widest column that may be cut, until the row fits or nothing is left to take. */
function fit(widths: number[], columns: ReadonlyArray<{ readonly whole?: true }>, terminal: number): void {
  while (rowWidth(widths) > terminal) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      const cuttable = columns[index]?.whole !== true && width > NARROWEST;
      if (cuttable && width > (widths[widest] ?? 0)) widest = index;
    }
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const wide = displayWidth(character);
    if (used + wide > width - 1) break;
    kept += character;
    used += wide;
  }
  return `${kept}…`;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Columns a text takes: two for East Asian wide characters and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}|\u200D|\uFE0F/u.test(character)) continue;
    width +=
      /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Extended_Pictographic}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}
