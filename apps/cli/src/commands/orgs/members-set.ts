import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { wordAt } from '../../core/words.ts';
import { printJson, say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';
import { ROLE_FLAG, readRole } from './role.ts';

export const command = defineCommand({
  description: 'Change the role of a member.',
  words: '<user>',
  count: [1, 1],
  flags: { org: SHARED_FLAGS.org, role: text('ROLE', 'New role', ROLE_FLAG), json: SHARED_FLAGS.json },
  examples: [
    {
      does: 'Make somebody an admin',
      line: 'postern orgs members set -o acme dana@example.com --role admin',
    },
  ],
  json: { version: '1', member: 'user and role' },
  run: async (io, input) => {
    const { flags } = input;
    const session = await connect(io, flags);
    const org = await chooseOrganization(io, flags, session);
    const member = await session.client.call(session.operations.updateMember, {
      params: { org, user: wordAt(input, 0) },
      body: { role: readRole(flags.role) },
    });
    if (flags.json) printJson(io, { version: 1, member });
    else say(io, `${safeText(member.user.email)} is ${member.role} now`);
  },
});
