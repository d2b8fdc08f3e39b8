/**
 * Any well-formed MessagePack value as JSON, for people who inspect the body of a caveat nobody here knows. Not only
 * the canonical subset: the bodies of unknown types are signed as they are.
 */
import { encodeBase64 } from './base64.ts';
import type { Json } from './exact-json.ts';

/**
 * Bytes become `{"base64"}`, maps `{"map": [[key, value]]}`, extensions `{"extension", "base64"}`; a number JSON does
 * not have becomes its name as a string.
 *
 * @param bytes one value that the strict reader has stepped over: well-formed, to its end, nested not too deep.
 */
export function describeMsgpack(bytes: Uint8Array): Json {
  return readValue({ view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 });
}

interface Cursor {
  readonly view: DataView;
  at: number;
}

function readValue(cursor: Cursor): Json {
  const head = unsigned(cursor, 1);
  if (head < 0x80) return head;
  if (head >= 0xe0) return head - 0x100;
  if (head < 0x90) return readMap(cursor, head & 0x0f);
  if (head < 0xa0) return readItems(cursor, head & 0x0f);
  if (head < 0xc0) return readText(cursor, head & 0x1f);
  return readLong(cursor, head);
}

function readLong(cursor: Cursor, head: number): Json {
  if (head >= 0xd4 && head <= 0xd8) return readExtension(cursor, 1 << (head - 0xd4));
  if (head <= 0xc3) return head === 0xc0 ? null : head === 0xc3;
  if (head <= 0xc6) return base64(cursor, unsigned(cursor, 1 << (head - 0xc4)));
  if (head <= 0xc9) return readExtension(cursor, unsigned(cursor, 1 << (head - 0xc7)));
  if (head <= 0xcb) return readFloat(cursor, head === 0xca ? 4 : 8);
  if (head <= 0xcf) return readInteger(cursor, 1 << (head - 0xcc), false);
  if (head <= 0xd3) return readInteger(cursor, 1 << (head - 0xd0), true);
  if (head <= 0xdb) return readText(cursor, unsigned(cursor, 1 << (head - 0xd9)));
  if (head <= 0xdd) return readItems(cursor, unsigned(cursor, head === 0xdc ? 2 : 4));
  return readMap(cursor, unsigned(cursor, head === 0xde ? 2 : 4));
}

function unsigned(cursor: Cursor, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i += 1) value = value * 256 + cursor.view.getUint8(cursor.at + i);
  cursor.at += width;
  return value;
}

function take(cursor: Cursor, length: number): Uint8Array {
  const { buffer, byteOffset } = cursor.view;
  const bytes = new Uint8Array(buffer, byteOffset + cursor.at, length);
  cursor.at += length;
  return bytes;
}

function base64(cursor: Cursor, length: number): Json {
  return { base64: encodeBase64(take(cursor, length)) };
}

function readText(cursor: Cursor, length: number): Json {
  const bytes = take(cursor, length);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: encodeBase64(bytes) };
  }
}

function readExtension(cursor: Cursor, length: number): Json {
  const extension = unsigned(cursor, 1);
  return { extension, base64: encodeBase64(take(cursor, length)) };
}

function readFloat(cursor: Cursor, width: number): Json {
  const { view, at } = cursor;
  cursor.at += width;
  const value = width === 4 ? view.getFloat32(at) : view.getFloat64(at);
  return Number.isFinite(value) ? value : String(value);
}

function readInteger(cursor: Cursor, width: number, isSigned: boolean): Json {
  let value = 0n;
  for (const byte of take(cursor, width)) value = (value << 8n) | BigInt(byte);
  if (isSigned) value = BigInt.asIntN(width * 8, value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function readItems(cursor: Cursor, count: number): Json {
  return Array.from({ length: count }, () => readValue(cursor));
}

function readMap(cursor: Cursor, count: number): Json {
  return { map: Array.from({ length: count }, () => [readValue(cursor), readValue(cursor)]) };
}
