/** `tokens create readonly --from-existing`: the given token, narrowed to reading its organization. */
import { parseGoDuration } from '@postern/contract/go-duration';
import { PosternError } from '@postern/contract/errors';
import { ACTION, attenuate, type Caveat } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import type { GlobalValues } from '../../core/flags.ts';
import type { Io } from '../../core/io.ts';
import { printAttenuated } from './print-attenuated.ts';
import { DEFAULT_LOCATION, onlyPermissionToken, presentedTokens, sortTokens } from './presented-tokens.ts';
import { windowFor } from './window-for.ts';

interface NarrowFlags extends GlobalValues {
  readonly json: boolean;
  readonly output: string | undefined;
}

/** @param expiry Go duration, or empty for none. */
export async function narrowToReading(io: Io, flags: NarrowFlags, expiry: string): Promise<void> {
  const sorted = sortTokens(presentedTokens(io, flags), DEFAULT_LOCATION);
  const token = onlyPermissionToken(sorted);
  const organizations = token.unsafeCaveats.filter((caveat) => caveat.type === 'Organization');
  const [organization, ...more] = organizations;
  if (organization === undefined) throw new PosternError('bad_request', 'no org caveats');
  if (more.some(({ id }) => id !== organization.id)) {
    throw new PosternError('bad_request', 'multiple org caveats');
  }
  const caveats: Caveat[] = [
    { type: 'Organization', id: organization.id, mask: ACTION.r },
    ...(expiry === '' ? [] : [windowFor(io.now(), parseGoDuration(expiry))]),
  ];
  await printAttenuated(io, flags, [attenuate(token, caveats, nodeCrypto)], sorted.discharges);
}
