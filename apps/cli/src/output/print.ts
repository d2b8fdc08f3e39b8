/** The two ways out: data on stdout, talk on stderr. */
import type { Io } from '../core/io.ts';
import { styleFor } from './style.ts';

/** One line of data. */
export function print(io: Io, line: string): void {
  io.stdout.write(`${line}\n`);
}

/** JSON data, indented by four as flyctl does. */
export function printJson(io: Io, value: unknown): void {
  io.stdout.write(`${JSON.stringify(value, null, 4)}\n`);
}

/** One line for the person: what happened, what to do next. */
export function say(io: Io, line: string): void {
  io.stderr.write(`${line}\n`);
}

/** Something the person should think about. */
export function warn(io: Io, line: string): void {
  say(io, `${styleFor(io, 'stderr').yellow('warning:')} ${line}`);
}
