import { defineCommand } from '../../core/command.ts';
import { list, SHARED_FLAGS, text, toggle } from '../../core/flags.ts';
import { attenuateTokens } from './attenuate-tokens.ts';
import { DEFAULT_LOCATION, LOCATION_FLAG_HELP } from './presented-tokens.ts';
import { OUTPUT_FLAG } from './mint-flags.ts';
import { RESTRICTION_FLAGS } from './restriction-flags.ts';

export const command = defineCommand({
  description:
    'Narrow the token given with -t or POSTERN_TOKEN, offline: the new token may do less, never more, and nobody ' +
    'can take the restriction away again. Restrictions come from flags, or as JSON from a file or from stdin. ' +
    'Revoking the original revokes the narrowed one too.',
  flags: {
    command: list('COMMAND', 'A command with arguments that must match exactly', { short: 'C' }),
    prefix: list('COMMAND', 'The words a command must begin with', { short: 'p' }),
    machine: list('ID', 'Allow only this machine'),
    for: text('DURATION', 'Expire after this long, such as 5m', {}),
    ...RESTRICTION_FLAGS,
    noRead: toggle('With commands: do not let the token read apps and machines'),
    file: text('FILE', 'Read restrictions from a JSON file; - is stdin', { short: 'f', complete: 'file' }),
    location: text('URL', LOCATION_FLAG_HELP, { short: 'l', hidden: true, default: DEFAULT_LOCATION }),
    output: OUTPUT_FLAG,
    json: SHARED_FLAGS.json,
  },
  examples: [
    {
      does: 'One command for five minutes, out of a token that may do more',
      line: 'POSTERN_TOKEN="$(cat ci.token)" postern tokens attenuate --command "git status" --for 5m',
    },
    {
      does: 'Restrictions in the JSON form of the token format',
      line: 'POSTERN_TOKEN="$(cat ci.token)" postern tokens attenuate -f caveats.json',
    },
  ],
  json: {
    token: 'the narrowed token; absent with --output',
    file: 'with --output: where the token is',
    expires_at: 'RFC 3339 time, or null',
    summaries: 'what each permission token allows, in words',
    version: '1',
  },
  run: async (io, { flags }) => {
    await attenuateTokens(io, flags);
  },
});
