import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Show who is signed in, or whose the given token is.',
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'Who am I', line: 'postern auth whoami' }],
  json: {
    version: '1',
    email: 'email address, or for a token how the server names it',
    kind: '`session` or `token`',
    server: 'address of the server',
    expires_at: 'when the session or token ends, or null',
    organizations: 'slugs',
  },
  run: async (io, { flags }) => {
    const { client, operations, settings } = await connect(io, flags);
    const me = await client.call(operations.showSession, {});
    if (!flags.json) {
      print(io, safeText(me.email));
      return;
    }
    printJson(io, {
      version: 1,
      email: me.email,
      kind: me.kind,
      server: settings.server,
      expires_at: me.expires_at,
      organizations: me.organizations.map(({ slug }) => slug),
    });
  },
});
