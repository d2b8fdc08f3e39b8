import { PosternError } from '@postern/contract/errors';
import { encodeBase64, tickets } from '@postern/token';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { print, printJson } from '../../output/print.ts';
import { DEFAULT_LOCATION, presentedTokens, sortTokens } from './presented-tokens.ts';
import { required } from './third-party.ts';

export const command = defineCommand({
  description: 'Print the ticket that a third party turns into a discharge.',
  flags: { location: text('URL', 'Which third party', { short: 'l' }), json: SHARED_FLAGS.json },
  examples: [
    {
      does: 'The ticket for one service',
      line: 'POSTERN_TOKEN="$(cat ci.token)" postern tokens 3p ticket -l https://auth.example',
    },
  ],
  json: { version: '1', ticket: 'in base64' },
  run: (io, { flags }) => {
    const location = required(flags.location, '--location');
    const { permission } = sortTokens(presentedTokens(io, flags), DEFAULT_LOCATION);
    const found = permission.flatMap(tickets).find((ticket) => ticket.location === location);
    if (found === undefined) throw new PosternError('bad_request', 'no 3p ticket in token');
    const ticket = encodeBase64(found.ticket);
    if (flags.json) printJson(io, { version: 1, ticket });
    else print(io, ticket);
    return Promise.resolve();
  },
});
