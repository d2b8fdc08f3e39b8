/** Tokens: narrowed, mixed, cut, forged, and used where they were not meant to be. */
import { attenuate, formatHeader, parseHeader, type Caveat } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { expect } from 'vitest';

/** What a holder makes of a token offline, with no key. */
export function attenuated(header: string, caveats: readonly Caveat[]): string {
  const [token] = parseHeader(header);
  if (token === undefined) return expect.unreachable('a minted header holds a token');
  return formatHeader([attenuate(token, caveats, nodeCrypto)]).replace(/^FlyV1 /, '');
}
