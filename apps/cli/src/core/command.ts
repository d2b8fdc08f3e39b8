/** A command as a value, and the table of commands. Only the command that runs is loaded. */
import type { ExitCode } from '@postern/contract';
import type { Flags, FlagValues, GlobalValues } from './flags.ts';
import type { Io } from './io.ts';

export interface Example {
  /** What it does, as a comment above the line. */
  readonly does: string;
  readonly line: string;
}

export interface Input<F extends Flags> {
  readonly flags: FlagValues<F> & GlobalValues;
  /** Words that are not flags, up to `--`. */
  readonly words: readonly string[];
  /** Words after `--`, never read as flags; undefined when there was no `--`. */
  readonly rest: readonly string[] | undefined;
}

export interface Command<F extends Flags = Flags> {
  /** One or a few sentences. */
  readonly description: string;
  /** What stands after the name in the usage line, before the flags: `[machine-id] <command>`. */
  readonly words?: string;
  /** Fewest and most words, those after `--` included. No words when absent. */
  readonly count?: readonly [least: number, most: number];
  readonly flags: F;
  readonly examples: readonly Example[];
  /** What `--json` prints, by field; part of the reference page. */
  readonly json?: Readonly<Record<string, string>>;
  run(io: Io, input: Input<F>): Promise<ExitStatus | void>;
}

/** Our own exit codes, or the status of the command that was run. */
export type ExitStatus = ExitCode | (number & {});

/** Keeps the literal types of one command. */
export function defineCommand<const F extends Flags>(command: Command<F>): AnyCommand {
  return command;
}

/** A command whose flags are only known to itself; parsing gives it exactly what it declared. */
export type AnyCommand = Command;

export interface Leaf {
  readonly kind: 'leaf';
  readonly summary: string;
  readonly aliases: readonly string[];
  readonly hidden: boolean;
  load(): Promise<AnyCommand>;
}

export interface Group {
  readonly kind: 'group';
  readonly summary: string;
  readonly aliases: readonly string[];
  readonly hidden: boolean;
  readonly children: Readonly<Record<string, Node>>;
}

export type Node = Leaf | Group;

interface NodeOptions {
  readonly aliases?: readonly string[];
  /** Works, but is not shown: a spelling kept for flyctl's sake. */
  readonly hidden?: true;
}

export function leaf(summary: string, load: () => Promise<AnyCommand>, options: NodeOptions = {}): Leaf {
  return { kind: 'leaf', summary, load, aliases: options.aliases ?? [], hidden: options.hidden ?? false };
}

export function group(
  summary: string,
  children: Readonly<Record<string, Node>>,
  options: NodeOptions = {},
): Group {
  return {
    kind: 'group',
    summary,
    children,
    aliases: options.aliases ?? [],
    hidden: options.hidden ?? false,
  };
}
