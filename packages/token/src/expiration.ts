/** When a caveat set stops allowing anything (spec section 10). */
import type { Caveat } from './caveat.ts';

/** @returns the smallest `notAfter` in Unix seconds, those inside `IfPresent` included; undefined means never. */
export function expiration(caveats: readonly Caveat[]): bigint | undefined {
  let earliest: bigint | undefined;
  for (const caveat of caveats) {
    const candidate =
      caveat.type === 'ValidityWindow'
        ? caveat.notAfter
        : caveat.type === 'IfPresent'
          ? expiration(caveat.ifs)
          : undefined;
    if (candidate !== undefined && (earliest === undefined || candidate < earliest)) earliest = candidate;
  }
  return earliest;
}
