import { parseGoDuration } from '@postern/contract/go-duration';
import { PosternError } from '@postern/contract/errors';
import { decodeBase64, discharge, encodeBase64, encodeToken, openTicket } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { print, printJson } from '../../output/print.ts';
import { fromTokenError } from './presented-tokens.ts';
import { readSharedSecret, required, SECRET_FLAGS } from './third-party.ts';
import { windowFor } from './window-for.ts';

export const command = defineCommand({
  description:
    'As the third party: turn a ticket into a discharge. A ticket that asks for something to be checked is refused, ' +
    'because nothing is checked here.',
  flags: {
    location: text('URL', 'Location the ticket was made for', { short: 'l' }),
    ticket: text('TICKET', 'The ticket, in base64', {}),
    for: text('DURATION', 'Let the discharge expire after this long, such as 5m', {}),
    ...SECRET_FLAGS,
    json: SHARED_FLAGS.json,
  },
  examples: [
    {
      does: 'Discharge for five minutes',
      line: 'postern tokens 3p discharge -l https://auth.example --ticket "$TICKET" -s shared.secret --for 5m',
    },
  ],
  json: { version: '1', discharge: 'the discharge, in base64' },
  run: async (io, { flags }) => {
    const location = required(flags.location, '--location');
    const encoded = required(flags.ticket, '--ticket');
    const shared = await readSharedSecret(io, flags);
    try {
      const ticket = decodeBase64(encoded.trim());
      if (ticket === undefined) throw new PosternError('bad_request', 'the ticket is not base64');
      const opened = openTicket(shared, ticket, nodeCrypto);
      if (opened === 'sealed') {
        throw new PosternError('bad_request', 'the ticket was not made with this secret');
      }
      if (opened === 'malformed') throw new PosternError('bad_request', 'the ticket cannot be read');
      if (opened.caveats.length > 0) {
        throw new PosternError('bad_request', 'the ticket asks for something to be checked first');
      }
      const caveats = flags.for === undefined ? [] : [windowFor(io.now(), parseGoDuration(flags.for))];
      const text = encodeBase64(encodeToken(discharge({ location, ticket, opened, caveats }, nodeCrypto)));
      if (flags.json) printJson(io, { version: 1, discharge: text });
      else print(io, text);
    } catch (error) {
      throw fromTokenError(error);
    }
  },
});
