/** Inspect: what a token says of itself, without a key. Nothing in it is verified. */
import type { Caveat } from './caveat.ts';
import { caveatToJson, type CaveatJson } from './caveats/to-json.ts';
import { expiration } from './expiration.ts';
import { toHex } from './lib/bytes.ts';
import type { Json } from './lib/exact-json.ts';
import { describeMsgpack } from './lib/msgpack-any.ts';
import { describeTime } from './prohibits.ts';
import { describeCaveat, summarize, type Names } from './summarize.ts';
import type { UnverifiedToken } from './token.ts';

/**
 * One caveat as inspected: its JSON form with a name and words, and an unknown body read as far as can be. Not an
 * interface: projects without `exactOptionalPropertyTypes` would refuse an optional member beside the index.
 */
export type InspectedCaveat = CaveatJson & {
  /** The name of the type, also where the JSON form has its number; `unknown` for a type not known here. */
  readonly name: string;
  /** The caveat in words. */
  readonly says: string;
  /** For an unknown caveat: its body as generic MessagePack. */
  readonly unknown_body?: Json;
};

export interface Inspection {
  readonly [key: string]: Json | readonly InspectedCaveat[];
  readonly location: string;
  /** Always false: nobody has looked at the signature. */
  readonly verified: false;
  readonly kid_hex: string;
  readonly rnd_hex: string;
  readonly nonce_version: number;
  /** Finalized: nothing can be appended. */
  readonly proof: boolean;
  readonly bytes: number;
  readonly caveats: readonly InspectedCaveat[];
  /** RFC 3339, or null when the token never expires. */
  readonly expires_at: string | null;
  /** Locations of the third parties whose discharges the token needs. */
  readonly needs_discharges_from: readonly string[];
  readonly summary: string;
}

/**
 * @param names what to call the numbers in the summary, where that is known.
 * @returns JSON that {@link stringifyExactJson} writes; the signature is not in it.
 */
export function inspect(token: UnverifiedToken, names: Names = {}): Inspection {
  const { nonce, unsafeCaveats } = token;
  const expires = expiration(unsafeCaveats);
  return {
    location: token.location,
    verified: false,
    kid_hex: toHex(nonce.kid),
    rnd_hex: toHex(nonce.rnd),
    nonce_version: nonce.version,
    proof: nonce.proof,
    bytes: token.bytes.length,
    caveats: unsafeCaveats.map((caveat) => inspectCaveat(caveat, names)),
    expires_at: expires === undefined ? null : describeTime(expires),
    needs_discharges_from: unsafeCaveats.flatMap((caveat) => (caveat.type === '3P' ? [caveat.location] : [])),
    summary: summarize(unsafeCaveats, names),
  };
}

function inspectCaveat(caveat: Caveat, names: Names): InspectedCaveat {
  const says = describeCaveat(caveat, names) ?? describeRest(caveat);
  const json = caveatToJson(caveat);
  if (caveat.type !== 'Unknown') return { ...json, name: caveat.type, says };
  return {
    ...json,
    name: 'unknown',
    says,
    unknown_body: describeMsgpack(caveat.body),
  };
}

/** The two the summary tells in another way. */
function describeRest(caveat: Caveat): string {
  return caveat.type === 'ValidityWindow'
    ? `from ${describeTime(caveat.notBefore)} until ${describeTime(caveat.notAfter)}`
    : 'names a user, and restricts nothing';
}
