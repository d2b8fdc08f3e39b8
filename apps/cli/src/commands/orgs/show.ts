import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { print, printJson } from '../../output/print.ts';
import { printFields, printTable } from '../../output/table.ts';
import { formatSpan, formatTime } from '../../output/times.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Show an organization and its members.',
  words: '[org]',
  count: [0, 1],
  flags: { org: SHARED_FLAGS.org, json: SHARED_FLAGS.json },
  examples: [{ does: 'One organization', line: 'postern orgs show personal' }],
  json: { version: '1', organization: 'the organization', members: 'its members with role' },
  run: async (io, { flags, words }) => {
    const session = await connect(io, flags);
    // A named organization is the one that is meant, whatever the environment says.
    const org = words[0] ?? (await chooseOrganization(io, flags, session));
    const { client, operations } = session;
    const [organization, { members }] = await Promise.all([
      client.call(operations.showOrganization, { params: { org } }),
      client.call(operations.listMembers, { params: { org } }),
    ]);
    if (flags.json) {
      printJson(io, { version: 1, organization, members });
      return;
    }
    const maximum = organization.max_token_lifetime_seconds;
    printFields(io, [
      ['Name', organization.name],
      ['Slug', organization.slug],
      ['ID', organization.id],
      ['Longest token life', maximum === null ? 'no maximum' : formatSpan(maximum * 1000)],
      ['Created', formatTime(organization.created_at)],
    ]);
    print(io, '');
    printTable(
      io,
      [
        { title: 'EMAIL', cell: ({ user }) => user.email },
        { title: 'ROLE', cell: ({ role }) => role },
        { title: 'JOINED', time: (member) => member.joined_at },
      ],
      members,
    );
  },
});
