import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';

export const command = defineCommand({
  description: 'Not offered: Postern runs commands and has no SSH certificates.',
  count: [0, Infinity],
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    name: text('NAME', 'Name of the token', { short: 'n' }),
    expiry: text('DURATION', 'How long it is valid', { short: 'x' }),
    json: SHARED_FLAGS.json,
  },
  examples: [],
  run: () =>
    Promise.reject(
      new PosternError('feature_unsupported', 'postern has no ssh tokens', {
        hint: 'a token that may run commands: postern tokens create machine-exec; with a terminal: postern machine exec -T',
      }),
    ),
});
