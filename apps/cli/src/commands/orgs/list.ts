import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { printJson, say } from '../../output/print.ts';
import { printTable } from '../../output/table.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'List the organizations you belong to.',
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'My organizations', line: 'postern orgs list' }],
  json: { version: '1', organizations: 'organizations with id, slug, name, role, created_at' },
  run: async (io, { flags }) => {
    const { client, operations } = await connect(io, flags);
    const { organizations } = await client.call(operations.listOrganizations, {});
    if (flags.json) printJson(io, { version: 1, organizations });
    else if (organizations.length === 0) say(io, 'no organizations; create one: postern orgs create SLUG');
    else {
      printTable(
        io,
        [
          { title: 'NAME', cell: (org) => org.name },
          { title: 'SLUG', cell: (org) => org.slug, whole: true },
          { title: 'ROLE', cell: (org) => org.role ?? '' },
          { title: 'CREATED', time: (org) => org.created_at },
        ],
        organizations,
      );
    }
  },
});
