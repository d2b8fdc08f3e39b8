import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { printJson, say, warn } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';
import { readCredentials, writeCredentials } from '../../settings/credentials-file.ts';
import { readSettings } from '../../settings/settings.ts';

export const command = defineCommand({
  description: 'Sign out: the session ends on the server and is forgotten here.',
  flags: { json: SHARED_FLAGS.json },
  examples: [
    { does: 'Sign out of the current server', line: 'postern auth logout' },
    { does: 'Sign out of another one', line: 'postern auth logout --context staging' },
  ],
  json: { version: '1', signed_out_of: 'address of the server' },
  run: async (io, { flags }) => {
    const { context: name } = await readSettings(io, { ...flags, accessToken: undefined });
    const credentials = await readCredentials(io);
    const own = name === undefined ? undefined : credentials.contexts[name];
    if (name === undefined || own === undefined) {
      throw new PosternError('unauthenticated', 'not signed in', { hint: 'nothing to sign out of' });
    }
    try {
      const { client, operations } = await connect(io, { ...flags, context: name, accessToken: own.token });
      await client.call(operations.endSession, {});
    } catch (error) {
      if (!(error instanceof PosternError)) throw error;
      // A session the server no longer knows is over; one that could not be ended is worth a word.
      if (error.status !== 401)
        warn(io, `the session could not be ended on the server: ${safeText(error.message)}`);
    }
    const { [name]: _gone, ...contexts } = credentials.contexts;
    const current = credentials.current === name ? Object.keys(contexts)[0] : credentials.current;
    await writeCredentials(io, { current, contexts });
    if (flags.json) printJson(io, { version: 1, signed_out_of: own.server });
    else say(io, `signed out of ${safeText(own.server)}`);
  },
});
