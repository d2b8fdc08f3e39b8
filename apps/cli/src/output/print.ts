/**
 * The two ways out: data on stdout, talk on stderr. Whatever a line was put together from, it stays one line and holds
 * no control character; only our own styles pass.
 */
import type { Io } from '../core/io.ts';
import { safeJson } from './safe-json.ts';
import { safeText } from './safe-text.ts';
import { styleFor, STYLES } from './style.ts';

/** One line of data. */
export function print(io: Io, line: string): void {
  io.stdout.write(`${safeLine(line)}\n`);
}

/** JSON data, indented by four as flyctl does. */
export function printJson(io: Io, value: unknown): void {
  io.stdout.write(`${safeJson(value, 4)}\n`);
}

/** One line for the person: what happened, what to do next. */
export function say(io: Io, line: string): void {
  io.stderr.write(`${safeLine(line)}\n`);
}

/** Something the person should think about. */
export function warn(io: Io, line: string): void {
  say(io, `${styleFor(io, 'stderr').yellow('warning:')} ${line}`);
}

/** Makes everything harmless but our own styles. */
function safeLine(line: string): string {
  return line
    .split(STYLES)
    .map((part, index) => (index % 2 === 1 ? part : safeText(part)))
    .join('');
}
