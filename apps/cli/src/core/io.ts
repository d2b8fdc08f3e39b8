/**
 * Everything a command may touch of the world, made once in main.ts. Commands never reach for `process`.
 *
 * Rules of output: stdout is data and nothing else; stderr is talk. Colour, progress and prompts only where a
 * terminal is. Text that came from a server or a token is made harmless before it reaches a terminal; the output
 * of a command that was run is passed through byte for byte.
 */
import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@postern/client';

export interface Terminal {
  /** Whether each stream is a terminal. */
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Columns of stdout, read when asked: windows change size. */
  columns(): number;
  rows(): number;
}

export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly homeDirectory: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Sends HTTP requests; loaded when first used. */
  readonly transport: Transport;
  /** Calls `listener` on a signal until the returned function is called. */
  onSignal(
    signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGWINCH' | 'SIGQUIT',
    listener: () => void,
  ): () => void;
  /** Hands the terminal over, keys as they are typed and output as it comes; or takes it back. */
  setRawMode(on: boolean): Promise<void>;
  /** Folder of this program, from which the server program is found. */
  readonly programDirectory: string;
  readonly platform: string;
  /** Version of the running Node, such as `v24.21.0`. */
  readonly nodeVersion: string;
  /** Path of the running Node. */
  readonly nodePath: string;
}
