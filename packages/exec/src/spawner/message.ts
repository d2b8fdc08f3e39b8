/**
 * Messages between the agent and the native spawner, over one socket. Four bytes of length (of what follows), one of
 * kind, four of id, then the payload; numbers are big endian. `docs/exec-protocol.md` is the norm.
 */

export const SPAWNER_VERSION = 1;
/** Bytes of one channel on their way without credit; compiled into the spawner. */
export const SPAWNER_WINDOW: number = 256 * 1024;
export const HEAD_BYTES = 9;

export const ASK = {
  start: 1,
  stdin: 2,
  closeStdin: 3,
  resize: 4,
  signal: 5,
  terminate: 6,
  credit: 7,
} as const;
export const SAY = { stdout: 16, stderr: 17, ended: 18, credit: 19, hello: 20 } as const;

const FLAG = { stdin: 1, tty: 2, noNewPrivileges: 4, identity: 8 } as const;

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

export interface ResourceLimit {
  /** Number of the resource, as `setrlimit` knows it. */
  readonly resource: number;
  readonly soft: bigint;
  readonly hard: bigint;
}

/** One command as the spawner is asked to start it. */
export interface StartRequest {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly cwd: string;
  readonly stdin: boolean;
  readonly tty: { readonly cols: number; readonly rows: number } | undefined;
  /** Undefined keeps the spawner's own. */
  readonly identity: Identity | undefined;
  readonly noNewPrivileges: boolean;
  readonly limits: readonly ResourceLimit[];
  /** Files the command writes itself into before it starts: `cgroup.procs`. */
  readonly cgroups: readonly string[];
}

/** What a command could not be started for. */
export const STAGES = ['lost', 'system', 'cgroup', 'limit', 'identity', 'cwd', 'exec'] as const;
export type Stage = (typeof STAGES)[number];

/** How a command ended. `failed` carries the number of the system's error. */
export type Ending =
  | { readonly how: 'exited'; readonly code: number }
  | { readonly how: 'signaled'; readonly signal: number }
  | { readonly how: 'failed'; readonly stage: Stage; readonly errno: number }
  | { readonly how: 'lost' };

export function encodeAsk(kind: number, id: number, payload: Uint8Array = new Uint8Array(0)): Buffer {
  const message = Buffer.allocUnsafe(HEAD_BYTES + payload.length);
  message.writeUInt32BE(HEAD_BYTES - 4 + payload.length, 0);
  message[4] = kind;
  message.writeUInt32BE(id, 5);
  message.set(payload, HEAD_BYTES);
  return message;
}

export function encodeNumber(kind: number, id: number, value: number): Buffer {
  const payload = Buffer.allocUnsafe(4);
  payload.writeUInt32BE(value);
  return encodeAsk(kind, id, payload);
}

export function encodeCreditAsk(id: number, channel: number, bytes: number): Buffer {
  const payload = Buffer.allocUnsafe(5);
  payload[0] = channel;
  payload.writeUInt32BE(bytes, 1);
  return encodeAsk(ASK.credit, id, payload);
}

export function encodeStart(id: number, start: StartRequest): Buffer {
  const { identity, tty, limits } = start;
  const flags =
    (start.stdin ? FLAG.stdin : 0) |
    (tty === undefined ? 0 : FLAG.tty) |
    (start.noNewPrivileges ? FLAG.noNewPrivileges : 0) |
    (identity === undefined ? 0 : FLAG.identity);
  const groups = identity?.groups ?? [];
  const fixed = Buffer.alloc(15 + groups.length * 4 + 1 + limits.length * 17);
  fixed[0] = flags;
  fixed.writeUInt16BE(tty?.cols ?? 0, 1);
  fixed.writeUInt16BE(tty?.rows ?? 0, 3);
  fixed.writeUInt32BE(identity?.uid ?? 0, 5);
  fixed.writeUInt32BE(identity?.gid ?? 0, 9);
  fixed.writeUInt16BE(groups.length, 13);
  let at = 15;
  for (const group of groups) at = fixed.writeUInt32BE(group, at);
  at = fixed.writeUInt8(limits.length, at);
  for (const { resource, soft, hard } of limits) {
    at = fixed.writeUInt8(resource, at);
    at = fixed.writeBigUInt64BE(soft, at);
    at = fixed.writeBigUInt64BE(hard, at);
  }
  const env = Object.entries(start.env).map(([name, value]) => `${name}=${value}`);
  const words = [strings(start.cgroups), Buffer.from(`${start.cwd}\0`), strings(start.argv), strings(env)];
  return encodeAsk(ASK.start, id, Buffer.concat([fixed, ...words]));
}

/** A 16-bit count, then each string with a NUL byte behind it. NUL bytes inside were refused long before. */
function strings(list: readonly string[]): Buffer {
  const bytes = Buffer.from(list.map((text) => `${text}\0`).join(''));
  const count = Buffer.allocUnsafe(2);
  count.writeUInt16BE(list.length);
  return Buffer.concat([count, bytes]);
}

/** Whether a start fits in one message of the spawner. */
export function fitsSpawner(start: Buffer): boolean {
  return start.length - 4 <= 1024 * 1024;
}

export function decodeEnding(payload: Buffer): Ending {
  const value = payload.readUInt32BE(2);
  switch (payload[0]) {
    case 0:
      return { how: 'exited', code: value };
    case 1:
      return { how: 'signaled', signal: value };
    case 2:
      return { how: 'failed', stage: STAGES[payload[1] ?? 1] ?? 'system', errno: value };
    default:
      return { how: 'lost' };
  }
}
