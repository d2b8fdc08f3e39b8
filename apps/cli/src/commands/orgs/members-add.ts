import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { wordAt } from '../../core/words.ts';
import { print, printJson, say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { formatTime } from '../../output/times.ts';
import { connect } from '../../settings/connect.ts';
import { ROLE_FLAG, readRole } from './role.ts';

export const command = defineCommand({
  description:
    'Add a member by email address. For a person who is new it prints a one-time link to sign in with.',
  words: '<email>',
  count: [1, 1],
  flags: {
    org: SHARED_FLAGS.org,
    role: text('ROLE', 'What they may do', ROLE_FLAG),
    json: SHARED_FLAGS.json,
  },
  examples: [{ does: 'Add a colleague', line: 'postern orgs members add -o acme dana@example.com' }],
  json: {
    version: '1',
    member: 'user and role',
    login_url: 'one-time link, or null',
    login_expires_at: 'or null',
  },
  run: async (io, input) => {
    const { flags } = input;
    const session = await connect(io, flags);
    const org = await chooseOrganization(io, flags, session);
    const { login_url, login_expires_at, ...member } = await session.client.call(
      session.operations.addMember,
      { params: { org }, body: { email: wordAt(input, 0), role: readRole(flags.role) } },
    );
    if (flags.json) {
      printJson(io, { version: 1, member, login_url, login_expires_at });
      return;
    }
    say(io, `added ${safeText(member.user.email)} as ${member.role}`);
    if (login_url === null) return;
    print(io, safeText(login_url));
    say(io, `give them this link; it works once, until ${formatTime(login_expires_at)}`);
  },
});
