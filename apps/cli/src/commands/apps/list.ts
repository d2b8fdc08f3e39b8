import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, toggle } from '../../core/flags.ts';
import { namedOrganization } from '../../choose/organization.ts';
import { print, printJson, say } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { printTable } from '../../output/table.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'List apps of one organization, or of all you belong to.',
  flags: {
    org: SHARED_FLAGS.org,
    quiet: toggle('Print only names', { short: 'q' }),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'All apps', line: 'postern apps list' },
    { does: 'Names only', line: 'postern apps list -q' },
  ],
  json: { version: '1', apps: 'apps with id, name, organization, machine_count, record, created_at' },
  run: async (io, { flags }) => {
    const { client, operations } = await connect(io, flags);
    const org = namedOrganization(io, flags);
    const { apps } = await client.call(operations.listApps, {
      query: org === undefined ? {} : { org_slug: org },
    });
    if (flags.json) printJson(io, { version: 1, apps });
    else if (flags.quiet) for (const { name } of apps) print(io, safeText(name));
    else if (apps.length === 0) say(io, 'No apps found. Create one: postern apps create NAME');
    else {
      printTable(
        io,
        [
          { title: 'NAME', cell: (app) => app.name, whole: true },
          { title: 'OWNER', cell: (app) => app.organization.slug },
          { title: 'STATUS', cell: (app) => app.status },
          { title: 'MACHINES', cell: (app) => String(app.machine_count) },
          { title: 'RECORD', cell: (app) => app.record },
          { title: 'CREATED', time: (app) => app.created_at },
        ],
        apps,
      );
    }
  },
});
