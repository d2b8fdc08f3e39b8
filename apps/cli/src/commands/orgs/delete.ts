import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { confirm } from '../../core/prompt.ts';
import { wordAt } from '../../core/words.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Delete an organization that has no apps left. Its tokens are revoked.',
  words: '<org>',
  count: [1, 1],
  flags: { yes: SHARED_FLAGS.yes, json: SHARED_FLAGS.json },
  examples: [{ does: 'Delete it without being asked', line: 'postern orgs delete acme --yes' }],
  json: { version: '1', deleted: 'slug' },
  run: async (io, input) => {
    const org = wordAt(input, 0);
    const { client, operations } = await connect(io, input.flags);
    await confirm(io, `Delete the organization ${org} and revoke its tokens?`, input.flags.yes);
    await client.call(operations.deleteOrganization, { params: { org } });
    if (input.flags.json) printJson(io, { version: 1, deleted: org });
    else print(io, `Deleted ${safeText(org)}`);
  },
});
