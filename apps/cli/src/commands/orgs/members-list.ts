import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { printJson } from '../../output/print.ts';
import { printTable } from '../../output/table.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'List the members of an organization.',
  flags: { org: SHARED_FLAGS.org, json: SHARED_FLAGS.json },
  examples: [{ does: 'Who is in the organization', line: 'postern orgs members list -o acme' }],
  json: { version: '1', organization: 'slug', members: 'user id and email, role, joined_at' },
  run: async (io, { flags }) => {
    const session = await connect(io, flags);
    const org = await chooseOrganization(io, flags, session);
    const { members } = await session.client.call(session.operations.listMembers, { params: { org } });
    if (flags.json) {
      printJson(io, { version: 1, organization: org, members });
      return;
    }
    printTable(
      io,
      [
        { title: 'ID', cell: ({ user }) => user.id, whole: true },
        { title: 'EMAIL', cell: ({ user }) => user.email },
        { title: 'ROLE', cell: ({ role }) => role },
        { title: 'JOINED', time: (member) => member.joined_at },
      ],
      members,
    );
  },
});
