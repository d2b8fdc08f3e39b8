import { parseToken } from '@postern/token';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { DEFAULT_LOCATION, fromTokenError, presentedTokens, sortTokens } from './presented-tokens.ts';
import { printAttenuated } from './print-attenuated.ts';
import { required } from './third-party.ts';

export const command = defineCommand({
  description: 'Put a discharge beside the token given with -t or POSTERN_TOKEN.',
  flags: {
    discharge: text('DISCHARGE', 'The discharge, in base64', { short: 'd' }),
    json: SHARED_FLAGS.json,
  },
  examples: [
    {
      does: 'A header that holds both',
      line: 'POSTERN_TOKEN="$(cat ci.token)" postern tokens 3p add-discharge -d "$DISCHARGE"',
    },
  ],
  json: { token: 'token and discharge', expires_at: 'or null', summaries: 'in words', version: '1' },
  run: async (io, { flags }) => {
    const text = required(flags.discharge, '--discharge').trim();
    const { permission, discharges } = sortTokens(presentedTokens(io, flags), DEFAULT_LOCATION);
    try {
      const discharge = parseToken(text.startsWith('fm2_') ? text : `fm2_${text}`);
      await printAttenuated(io, flags, permission, [...discharges, discharge]);
    } catch (error) {
      throw fromTokenError(error);
    }
  },
});
