/**
 * The exec stream between a caller and the gateway: binary WebSocket messages, the first byte a channel.
 *
 * | byte | channel | direction | payload |
 * | --- | --- | --- | --- |
 * | 0 | stdin | to the server | bytes |
 * | 1 | stdout | to the caller | bytes |
 * | 2 | stderr | to the caller | bytes |
 * | 3 | control | both | one JSON object in UTF-8 |
 *
 * Example: `01 68 69 0a` is `hi` and a newline on stdout. The caller's first frame is a control frame `start` with
 * the body of the exec operation; the server's last one is `outcome` or `error`.
 */
import { z } from 'zod';
import { PosternError } from './errors.ts';
import { execOutcomeSchema, terminalSchema } from './exec.ts';
import { runExec } from './operations/execs.ts';
import { errorBodySchema } from './resources.ts';

/** WebSocket subprotocol of the exec stream. */
export const EXEC_SUBPROTOCOL = 'postern.exec.v1';

export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, control: 3 } as const;
export type Channel = (typeof CHANNEL)[keyof typeof CHANNEL];

/** What a caller says on the control channel. */
export const callerControlSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    request: runExec.body,
    /** Whether stdin frames follow, ended by `close-stdin`. */
    stdin: z.boolean().default(false),
    tty: terminalSchema.nullable().default(null),
  }),
  z.strictObject({ type: z.literal('close-stdin') }),
  z.strictObject({
    type: z.literal('resize'),
    cols: terminalSchema.shape.cols,
    rows: terminalSchema.shape.rows,
  }),
  z.strictObject({ type: z.literal('signal'), signal: z.string().max(16) }),
]);
export type CallerControl = z.infer<typeof callerControlSchema>;

/** What the server says on the control channel. */
export const serverControlSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), exec_id: z.string() }),
  z.object({ type: z.literal('outcome'), exec_id: z.string(), outcome: execOutcomeSchema }),
  z.object({ type: z.literal('error'), http_status: z.number().int(), body: errorBodySchema }),
]);
export type ServerControl = z.infer<typeof serverControlSchema>;

/** One frame: the channel byte and the payload. */
export function encodeFrame(channel: Channel, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(payload.length + 1);
  frame[0] = channel;
  frame.set(payload, 1);
  return frame;
}

export function encodeControl(control: CallerControl | ServerControl): Uint8Array {
  return encodeFrame(CHANNEL.control, new TextEncoder().encode(JSON.stringify(control)));
}

export interface Frame {
  readonly channel: Channel;
  readonly payload: Uint8Array;
}

/** @throws PosternError `bad_request` for an empty frame or an unknown channel. */
export function decodeFrame(frame: Uint8Array): Frame {
  const channel = Object.values(CHANNEL).find((known) => known === frame[0]);
  if (channel === undefined) throw new PosternError('bad_request', 'a frame of an unknown channel');
  return { channel, payload: frame.subarray(1) };
}

/** @throws PosternError `bad_request`. */
export function decodeControl<T>(schema: z.ZodType<T>, payload: Uint8Array): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (cause) {
    throw new PosternError('bad_request', 'a control frame that is not JSON', { cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new PosternError(
      'bad_request',
      `a control frame that cannot be read: ${z.prettifyError(parsed.error)}`,
    );
  }
  return parsed.data;
}
