import { addThirdParty } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { say } from '../../output/print.ts';
import {
  DEFAULT_LOCATION,
  fromTokenError,
  onlyPermissionToken,
  presentedTokens,
  sortTokens,
} from './presented-tokens.ts';
import { printAttenuated } from './print-attenuated.ts';
import { readSharedSecret, required, SECRET_FLAGS } from './third-party.ts';

export const command = defineCommand({
  description:
    'Make the token given with -t or POSTERN_TOKEN need a discharge from a third party with whom you share a secret.',
  flags: {
    location: text('URL', 'Where the discharge is to be had', { short: 'l' }),
    ...SECRET_FLAGS,
    json: SHARED_FLAGS.json,
  },
  examples: [
    {
      does: 'Need a discharge from another service',
      line: 'POSTERN_TOKEN="$(cat ci.token)" postern tokens 3p add -l https://auth.example -s shared.secret',
    },
  ],
  json: { token: 'the narrowed token', expires_at: 'or null', summaries: 'in words', version: '1' },
  run: async (io, { flags }) => {
    const location = required(flags.location, '--location');
    const shared = await readSharedSecret(io, flags);
    const sorted = sortTokens(presentedTokens(io, flags), DEFAULT_LOCATION);
    const token = onlyPermissionToken(sorted);
    const already = token.unsafeCaveats.some(
      (caveat) => caveat.type === '3P' && caveat.location === location,
    );
    if (already) say(io, `note: the token already needs a discharge from ${location}; nothing was added`);
    try {
      const narrowed = already ? token : addThirdParty(token, { location, shared }, nodeCrypto);
      await printAttenuated(io, flags, [narrowed], sorted.discharges);
    } catch (error) {
      throw fromTokenError(error);
    }
  },
});
