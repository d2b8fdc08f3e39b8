/** Bytes of a hex text; blanks are ignored. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** Bytes from `first` to `last`, both included: the spec's example keys. */
export function run(first: number, last: number): Uint8Array {
  return Uint8Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
