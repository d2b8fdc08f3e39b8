/**
 * The agent's end of the native spawner: starts it when first needed, speaks its protocol, starts it again after it
 * has died. Output comes under credit: a sink that waits makes the command wait.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { OutputChannel } from '../driver.ts';
import {
  ASK,
  decodeEnding,
  encodeAsk,
  encodeCreditAsk,
  encodeNumber,
  encodeStart,
  fitsSpawner,
  HEAD_BYTES,
  SAY,
  SPAWNER_VERSION,
  SPAWNER_WINDOW,
  type Ending,
  type StartRequest,
} from './message.ts';

/** Execs one spawner runs at a time; compiled into it. */
const MAX_IDS = 4096;
/** Credit goes back in portions, so that a command with little output costs no message. */
const CREDIT_PORTION = SPAWNER_WINDOW / 4;

export interface SpawnedProcess {
  /** Resolves when the command may be sent more; at once when it reads no more. */
  writeStdin(bytes: Uint8Array): Promise<void>;
  closeStdin(): void;
  resize(cols: number, rows: number): void;
  /** @param signal number; to the command's process group. */
  signal(signal: number): void;
  /** SIGTERM to all that descend from the command, after the grace SIGKILL until none is left. */
  terminate(graceMs: number): void;
  /** Resolves when all of it has ended and all output is with the sink. Never rejects. */
  readonly ended: Promise<Ending>;
}

export interface Spawner {
  start(
    request: StartRequest,
    output: (channel: OutputChannel, bytes: Uint8Array) => void | Promise<void>,
  ): SpawnedProcess;
  /** Ends the spawner, and with it everything it started. Resolves when it is gone. */
  close(): Promise<void>;
}

interface Running {
  readonly output: (channel: OutputChannel, bytes: Uint8Array) => void | Promise<void>;
  /** Deliveries to the sink in order; undefined while none is pending. */
  tail: Promise<void> | undefined;
  readonly owed: Record<OutputChannel, number>;
  stdinLeft: number;
  stdinWaiting: (() => void)[];
  ended(ending: Ending): void;
}

/** @param program path of `postern-spawner`. */
export function createSpawner(program: string): Spawner {
  let connection: Connection | undefined;
  return {
    start(request, output) {
      if (connection === undefined || connection.gone) connection = new Connection(program);
      return connection.start(request, output);
    },
    async close() {
      await connection?.close();
    },
  };
}

class Connection {
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #running = new Map<number, Running>();
  readonly #free: number[] = [];
  readonly #exited: Promise<void>;
  #nextId = 0;
  #head = Buffer.alloc(HEAD_BYTES);
  #headLength = 0;
  #left = 0;
  #small: Buffer[] = [];
  gone = false;

  constructor(program: string) {
    // Its environment is empty: nothing of the agent's own can leak through it.
    this.#child = spawn(program, [], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'], env: {}, cwd: '/' });
    const socket = this.#child.stdio[3];
    if (!(socket instanceof Socket)) throw new TypeError('the pipe to the spawner is no socket');
    this.#socket = socket;
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', () => this.#lost());
    this.#socket.on('close', () => this.#lost());
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => {
        this.#lost();
        resolve();
      });
    });
    this.#child.unref();
    this.#socket.unref();
  }

  start(request: StartRequest, output: Running['output']): SpawnedProcess {
    const id = this.#free.pop() ?? this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    const message = encodeStart(id, request);
    if (id >= MAX_IDS || !fitsSpawner(message)) {
      this.#release(id);
      // 7 is E2BIG, 11 EAGAIN.
      return deadProcess({ how: 'failed', stage: 'exec', errno: id >= MAX_IDS ? 11 : 7 });
    }
    if (this.#running.size === 0) this.#socket.ref();
    const running: Running = {
      output,
      tail: undefined,
      owed: { stdout: 0, stderr: 0 },
      stdinLeft: SPAWNER_WINDOW,
      stdinWaiting: [],
      ended: resolve,
    };
    this.#running.set(id, running);
    this.#socket.write(message);
    const live = (bytes: Uint8Array): void => {
      if (this.#running.get(id) === running) this.#socket.write(bytes);
    };
    // Bytes may wait for credit; the end of them must not overtake.
    let written = Promise.resolve();
    return {
      ended: promise,
      writeStdin: (bytes) => (written = written.then(() => this.#writeStdin(id, running, bytes))),
      closeStdin: () => void written.then(() => live(encodeAsk(ASK.closeStdin, id))),
      resize: (cols, rows) => {
        const size = Buffer.allocUnsafe(4);
        size.writeUInt16BE(cols, 0);
        size.writeUInt16BE(rows, 2);
        live(encodeAsk(ASK.resize, id, size));
      },
      signal: (signal) => live(encodeAsk(ASK.signal, id, Uint8Array.of(signal))),
      terminate: (graceMs) => live(encodeNumber(ASK.terminate, id, graceMs)),
    };
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    this.#child.ref();
    await this.#exited;
  }

  async #writeStdin(id: number, running: Running, bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.length && this.#running.get(id) === running) {
      if (running.stdinLeft === 0) {
        await new Promise<void>((resolve) => running.stdinWaiting.push(resolve));
        continue;
      }
      const length = Math.min(bytes.length - at, running.stdinLeft);
      running.stdinLeft -= length;
      this.#socket.write(encodeAsk(ASK.stdin, id, bytes.subarray(at, at + length)));
      at += length;
    }
  }

  /** Output is passed on as it arrives; a frame need not be complete. */
  #receive(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#headLength < HEAD_BYTES) {
        const length = Math.min(HEAD_BYTES - this.#headLength, chunk.length - at);
        chunk.copy(this.#head, this.#headLength, at, at + length);
        this.#headLength += length;
        at += length;
        if (this.#headLength < HEAD_BYTES) return;
        this.#left = this.#head.readUInt32BE(0) - (HEAD_BYTES - 4);
      }
      const bytes = chunk.subarray(at, at + this.#left);
      at += bytes.length;
      this.#left -= bytes.length;
      this.#take(this.#head[4] ?? 0, this.#head.readUInt32BE(5), bytes);
      if (this.#left === 0) this.#headLength = 0;
    }
  }

  #take(kind: number, id: number, bytes: Buffer): void {
    const running = this.#running.get(id);
    if (kind === SAY.stdout || kind === SAY.stderr) {
      const channel = kind === SAY.stdout ? 'stdout' : 'stderr';
      if (running !== undefined && bytes.length > 0) this.#deliver(id, running, channel, bytes);
      return;
    }
    this.#small.push(bytes);
    if (this.#left > 0) return;
    const payload = Buffer.concat(this.#small);
    this.#small = [];
    if (kind === SAY.hello && payload.readUInt32BE(0) !== SPAWNER_VERSION) this.#socket.destroy();
    if (running === undefined) return;
    if (kind === SAY.credit) {
      running.stdinLeft += payload.readUInt32BE(0);
      wake(running);
    }
    if (kind === SAY.ended) this.#finish(id, running, decodeEnding(payload));
  }

  #deliver(id: number, running: Running, channel: OutputChannel, bytes: Buffer): void {
    const credit = (): void => {
      running.owed[channel] += bytes.length;
      if (running.owed[channel] < CREDIT_PORTION || this.#running.get(id) !== running) return;
      this.#socket.write(encodeCreditAsk(id, SAY[channel], running.owed[channel]));
      running.owed[channel] = 0;
    };
    if (running.tail === undefined) {
      const taken = running.output(channel, bytes);
      if (taken === undefined) return credit();
      const tail = taken.then(credit, credit).then(() => {
        if (running.tail === tail) running.tail = undefined;
      });
      running.tail = tail;
      return;
    }
    const tail = running.tail
      .then(() => running.output(channel, bytes))
      .then(credit, credit)
      .then(() => {
        if (running.tail === tail) running.tail = undefined;
      });
    running.tail = tail;
  }

  #finish(id: number, running: Running, ending: Ending): void {
    this.#running.delete(id);
    this.#release(id);
    wake(running);
    if (this.#running.size === 0) this.#socket.unref();
    if (running.tail === undefined) running.ended(ending);
    else void running.tail.then(() => running.ended(ending));
  }

  #release(id: number): void {
    if (id < MAX_IDS) this.#free.push(id);
    else this.#nextId = MAX_IDS;
  }

  #lost(): void {
    this.gone = true;
    for (const [id, running] of this.#running) this.#finish(id, running, { how: 'lost' });
  }
}

function wake(running: Running): void {
  const waiting = running.stdinWaiting;
  running.stdinWaiting = [];
  for (const resolve of waiting) resolve();
}

function deadProcess(ending: Ending): SpawnedProcess {
  return {
    ended: Promise.resolve(ending),
    writeStdin: () => Promise.resolve(),
    closeStdin: () => undefined,
    resize: () => undefined,
    signal: () => undefined,
    terminate: () => undefined,
  };
}
