/** What a target of the fuzzer is, and what it asserts. */
export type Target = (input: Uint8Array) => void;

/** A law that must hold; its breach is a finding. */
export function law(holds: boolean, what: string): void {
  if (!holds) throw new Error(`law broken: ${what}`);
}
