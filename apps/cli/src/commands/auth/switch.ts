import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { wordAt } from '../../core/words.ts';
import { printJson, say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { readCredentials, writeCredentials } from '../../settings/credentials-file.ts';

export const command = defineCommand({
  description: 'Choose the signed-in server that commands use when none is named.',
  words: '<name>',
  count: [1, 1],
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'Use another server from now on', line: 'postern auth switch staging' }],
  json: { version: '1', current: 'name', server: 'its address' },
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
    if (input.flags.json) printJson(io, { version: 1, current: name, server: context.server });
    else say(io, `using ${safeText(name)} (${safeText(context.server)})`);
  },
});
