/**
 * Messages of the agent link: one binary WebSocket message each. Byte 0 is the kind, bytes 1 to 4 the stream (one
 * exec, chosen by the gateway, big endian), the rest the payload.
 *
 * | kind | name | direction | payload |
 * | --- | --- | --- | --- |
 * | 1 | open | to the agent | JSON exec order |
 * | 2 | stdin | to the agent | bytes |
 * | 3 | close-stdin | to the agent | none |
 * | 4 | resize | to the agent | two 16-bit numbers, columns and rows |
 * | 5 | signal | to the agent | name in ASCII |
 * | 6 | end | to the agent | reason in ASCII |
 * | 7 | credit | both | channel byte and a 32-bit number of bytes |
 * | 8 | ack | both | 64-bit number of messages that have come; see resumable-channel.ts |
 * | 9 | ask | to the agent | JSON, what a machine shall do |
 * | 16 | stdout | to the gateway | bytes |
 * | 17 | stderr | to the gateway | bytes |
 * | 18 | outcome | to the gateway | JSON outcome |
 * | 19 | answer | to the gateway | JSON, what became of an ask |
 * | 20 | report | to the gateway | JSON, what the machines are now |
 *
 * Example: `10 00 00 00 01 68 69` is `hi` on stdout of stream 1.
 */

export const KIND = {
  open: 1,
  stdin: 2,
  closeStdin: 3,
  resize: 4,
  signal: 5,
  end: 6,
  credit: 7,
  ack: 8,
  ask: 9,
  stdout: 16,
  stderr: 17,
  outcome: 18,
  answer: 19,
  report: 20,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

export interface Message {
  readonly kind: Kind;
  readonly stream: number;
  readonly payload: Uint8Array;
}

const HEAD_BYTES = 5;
const KINDS: readonly Kind[] = Object.values(KIND);

/** What a peer of the link sent is not of the link: the connection is closed. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}

export function encodeMessage(
  kind: Kind,
  stream: number,
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const message = new Uint8Array(HEAD_BYTES + payload.length);
  message[0] = kind;
  new DataView(message.buffer).setUint32(1, stream);
  message.set(payload, HEAD_BYTES);
  return message;
}

export function encodeJson(kind: Kind, stream: number, value: unknown): Uint8Array {
  return encodeMessage(kind, stream, new TextEncoder().encode(JSON.stringify(value)));
}

export function encodeText(kind: Kind, stream: number, text: string): Uint8Array {
  return encodeMessage(kind, stream, new TextEncoder().encode(text));
}

export function encodeCredit(stream: number, channel: Kind, bytes: number): Uint8Array {
  const payload = new Uint8Array(5);
  payload[0] = channel;
  new DataView(payload.buffer).setUint32(1, bytes);
  return encodeMessage(KIND.credit, stream, payload);
}

/** @param received messages that have come. */
export function encodeAck(received: number): Uint8Array {
  const payload = new Uint8Array(8);
  new DataView(payload.buffer).setBigUint64(0, BigInt(received));
  return encodeMessage(KIND.ack, 0, payload);
}

/** @param bytes a whole message. @throws LinkError. */
export function decodeAck(bytes: Uint8Array): number {
  if (bytes.length !== HEAD_BYTES + 8) throw new LinkError('an acknowledgement that cannot be read');
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(HEAD_BYTES));
}

/** @throws LinkError for a message too short or of an unknown kind. */
export function decodeMessage(bytes: Uint8Array): Message {
  const kind = KINDS.find((known) => known === bytes[0]);
  if (kind === undefined || bytes.length < HEAD_BYTES) throw new LinkError('a message that cannot be read');
  const stream = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  return { kind, stream, payload: bytes.subarray(HEAD_BYTES) };
}

/** @throws LinkError. */
export function decodeJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(payload));
  } catch (cause) {
    throw new LinkError('a message that is not JSON', { cause });
  }
}

/** @throws LinkError when the bytes are not UTF-8. */
export function decodeText(payload: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch (cause) {
    throw new LinkError('a message that is not UTF-8', { cause });
  }
}

/** @throws LinkError. */
export function decodeCredit(payload: Uint8Array): { readonly channel: number; readonly bytes: number } {
  if (payload.length !== 5) throw new LinkError('a credit that cannot be read');
  return { channel: payload[0] ?? 0, bytes: new DataView(payload.buffer, payload.byteOffset).getUint32(1) };
}

/** @throws LinkError. */
export function decodeResize(payload: Uint8Array): { readonly cols: number; readonly rows: number } {
  if (payload.length !== 4) throw new LinkError('a resize that cannot be read');
  const view = new DataView(payload.buffer, payload.byteOffset);
  return { cols: view.getUint16(0), rows: view.getUint16(2) };
}

export function encodeResize(stream: number, cols: number, rows: number): Uint8Array {
  const payload = new Uint8Array(4);
  const view = new DataView(payload.buffer);
  view.setUint16(0, cols);
  view.setUint16(2, rows);
  return encodeMessage(KIND.resize, stream, payload);
}
