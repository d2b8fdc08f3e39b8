/** Real tokens under a key nobody keeps, for commands that ask no server. */
import { randomBytes } from 'node:crypto';
import { ACTION, formatHeader, mintToken, type Caveat, type UnverifiedToken } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';

export const LOCATION = 'https://api.fly.io/v1';
const YEAR_2100 = 4_102_444_800n;

export function makeToken(more: readonly Caveat[] = [], location: string = LOCATION): UnverifiedToken {
  return mintToken(
    {
      location,
      kid: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]),
      key: randomBytes(32),
      caveats: [
        { type: 'ValidityWindow', notBefore: 0n, notAfter: YEAR_2100 },
        { type: 'Organization', id: 7n, mask: ACTION.all },
        { type: 'Apps', apps: [{ id: 17n, mask: ACTION.all }] },
        ...more,
      ],
    },
    nodeCrypto,
  );
}

/** A machine-exec token as the server mints it. */
export function makeExecToken(
  ...commands: ReadonlyArray<readonly [exact: boolean, ...args: string[]]>
): string {
  const rules = commands.map(([exact, ...args]) => ({ args, exact }));
  return formatHeader([
    makeToken([{ type: 'IfPresent', ifs: [{ type: 'Commands', commands: rules }], else: ACTION.r }]),
  ]);
}
