/** Addresses and networks (CIDR) of the `SourceAddress` restriction: exact, without names or guesses. */
import { TokenError } from '../errors.ts';
import { byteAt } from '../lib/bytes.ts';

/** An address as bytes, 4 or 16 of them. */
type AddressBytes = Uint8Array;

export interface Network {
  readonly address: AddressBytes;
  /** How many leading bits count. */
  readonly prefix: number;
}

/**
 * Reads an address. An IPv4 address inside IPv6 (`::ffff:192.0.2.1`, what a dual-stack socket reports) is that IPv4
 * address. Zones (`fe80::1%eth0`), octal and short forms are not addresses here.
 *
 * @returns the bytes, or undefined.
 */
export function parseAddress(text: string): AddressBytes | undefined {
  const bytes = text.includes(':') ? parseV6(text) : parseV4(text);
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(12) : bytes;
}

function parseV4(text: string): AddressBytes | undefined {
  const parts = text.split('.');
  if (
    parts.length !== 4 ||
    !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  ) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

function parseV6(text: string): AddressBytes | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(parseGroups);
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? Uint8Array.from(head) : undefined;
  // `::` stands for at least one group.
  if (tail === undefined || head.length + tail.length > 14) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(head);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const embedded = index === groups.length - 1 && group.includes('.') ? parseV4(group) : undefined;
    if (embedded !== undefined) bytes.push(...embedded);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return undefined;
  }
  return bytes;
}

/** Whether the bytes lie in ::ffff:0:0/96. */
function isMapped(bytes: Uint8Array): boolean {
  return (
    bytes.length === 16 && bytes.every((byte, index) => index >= 12 || byte === (index >= 10 ? 0xff : 0))
  );
}

/**
 * Reads `address/prefix`; an address alone is a network of one.
 *
 * @throws TokenError `bad-caveat` when it is none, or when bits after the prefix are set: `10.1.2.3/8` is a typo.
 */
export function parseNetwork(text: string): Network {
  const [address = '', length, ...more] = text.split('/');
  const bytes = parseAddress(address);
  if (bytes === undefined || more.length > 0) throw notNetwork(text);
  const prefix =
    length === undefined ? bytes.length * 8 : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  const network = { address: bytes, prefix };
  if (!isNetwork(network)) throw notNetwork(text);
  return network;
}

function notNetwork(text: string): TokenError {
  return new TokenError('bad-caveat', `${JSON.stringify(text)} is not a network such as 10.0.0.0/8`);
}

/** Whether the prefix fits the address, no bit after it is set, and IPv4 is not written as IPv6. */
export function isNetwork({ address, prefix }: Network): boolean {
  if (address.length !== 4 && address.length !== 16) return false;
  if (!(prefix >= 0 && prefix <= address.length * 8) || isMapped(address)) return false;
  return address.every((byte, index) => (byte & ~maskOf(prefix, index)) === 0);
}

/** The bits of byte `index` that count. */
function maskOf(prefix: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefix - index * 8));
  return (0xff00 >> bits) & 0xff;
}

export function networkContains({ address, prefix }: Network, candidate: AddressBytes): boolean {
  return (
    candidate.length === address.length &&
    address.every((byte, index) => (byteAt(candidate, index) & maskOf(prefix, index)) === byte)
  );
}

/** The one spelling: RFC 5952 for IPv6, always with a prefix. */
export function formatNetwork({ address, prefix }: Network): string {
  return `${address.length === 4 ? address.join('.') : formatV6(address)}/${prefix}`;
}

function formatV6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (byteAt(bytes, i * 2) << 8) | byteAt(bytes, i * 2 + 1));
  let best = { start: 0, length: 0 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.length < 2) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
}
