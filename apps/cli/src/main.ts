/**
 * `postern`: the world as one value, then {@link run}. The only file that touches `process`.
 *
 * Streams are opened when first used: opening all three takes a tenth of the whole start.
 */
import { constants, homedir } from 'node:os';
import { EXIT_CODES } from '@postern/contract/errors';
import type { Transport } from '@postern/client';
import type { Io } from './core/io.ts';
import { run } from './run.ts';

const transport: Transport = async (request) => {
  const { nodeTransport } = await import('./network/transport.ts');
  return nodeTransport(request);
};

let stdout: NodeJS.WriteStream | undefined;
let stderr: NodeJS.WriteStream | undefined;

/** When the reader of our output is gone, as when `head` has seen enough, there is nobody left to tell. */
function guarded(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(128 + constants.signals.SIGPIPE);
    if (stream !== process.stderr) process.stderr.write(`error: cannot write output: ${error.message}\n`);
    process.exit(EXIT_CODES.internal);
  });
}

const io: Io = {
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return (stdout ??= guarded(process.stdout));
  },
  get stderr() {
    return (stderr ??= guarded(process.stderr));
  },
  terminal: {
    get stdin() {
      return 'isTTY' in process.stdin && process.stdin.isTTY;
    },
    get stdout() {
      return 'isTTY' in process.stdout && process.stdout.isTTY;
    },
    get stderr() {
      return 'isTTY' in process.stderr && process.stderr.isTTY;
    },
    // A pseudo-terminal that nobody sized says 0.
    columns: () => process.stdout.columns || 80,
    rows: () => process.stdout.rows || 24,
  },
  env: process.env,
  cwd: process.cwd(),
  homeDirectory: homedir(),
  now: Date.now,
  transport,
  onSignal: (signal, listener) => {
    process.on(signal, listener);
    return () => process.off(signal, listener);
  },
  setRawMode: async (on) => {
    if (!process.stdin.isTTY) return;
    process.stdin.setRawMode(on);
    if (!on) return;
    // Node's raw mode still puts a carriage return before each newline, which garbles what draws on the whole screen.
    const { spawnSync } = await import('node:child_process');
    spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
  },
  programDirectory: import.meta.dirname,
  platform: process.platform,
  nodeVersion: process.version,
  nodePath: process.execPath,
};

async function main(): Promise<void> {
  process.exitCode = await run(io, process.argv.slice(2));
}

void main();
