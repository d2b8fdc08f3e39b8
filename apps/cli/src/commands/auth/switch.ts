import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { wordAt } from '../../core/words.ts';
import { say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { readCredentials, writeCredentials } from '../../settings/credentials-file.ts';

export const command = defineCommand({
  description: 'Choose the signed-in server that commands use when none is named.',
  words: '<name>',
  count: [1, 1],
  flags: {},
  examples: [{ does: 'Use another server from now on', line: 'postern auth switch staging' }],
  run: async (io, input) => {
    const name = wordAt(input, 0);
    const credentials = await readCredentials(io);
    const context = Object.hasOwn(credentials.contexts, name) ? credentials.contexts[name] : undefined;
    if (context === undefined) {
      throw new PosternError('login_not_found', `there is no context "${name}"`, {
        hint: `there are: ${Object.keys(credentials.contexts).join(', ') || 'none'}`,
      });
    }
    await writeCredentials(io, { ...credentials, current: name });
    say(io, `using ${safeText(name)} (${safeText(context.server)})`);
  },
});
