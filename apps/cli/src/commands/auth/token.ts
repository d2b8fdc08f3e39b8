import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, toggle } from '../../core/flags.ts';
import { print, printJson } from '../../output/print.ts';
import { readSettings } from '../../settings/settings.ts';

export const command = defineCommand({
  description:
    'Print the token in use: that of -t or POSTERN_TOKEN, else the session. A session may do everything you may; ' +
    'give others a token made with `postern tokens create` instead.',
  flags: {
    json: SHARED_FLAGS.json,
    quiet: toggle('Accepted for flyctl’s sake', { short: 'q', hidden: true }),
  },
  examples: [
    {
      does: 'Ask the API as yourself',
      line: 'curl -H "Authorization: Bearer $(postern auth token)" http://127.0.0.1:7070/v1/apps',
    },
  ],
  json: { version: '1', token: 'the token' },
  run: async (io, { flags }) => {
    const { token, server } = await readSettings(io, flags);
    if (token === undefined) {
      throw new PosternError('unauthenticated', `not signed in to ${server}`, {
        hint: 'run: postern auth login',
      });
    }
    if (flags.json) printJson(io, { version: 1, token });
    else print(io, token);
  },
});
