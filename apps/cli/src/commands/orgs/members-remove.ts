import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { confirm } from '../../core/prompt.ts';
import { wordAt } from '../../core/words.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Remove a member. An organization keeps at least one admin; tokens they made go on working.',
  words: '<user>',
  count: [1, 1],
  flags: { org: SHARED_FLAGS.org, yes: SHARED_FLAGS.yes, json: SHARED_FLAGS.json },
  examples: [{ does: 'Remove somebody', line: 'postern orgs members remove -o acme dana@example.com --yes' }],
  json: { version: '1', organization: 'slug', removed: 'who' },
  run: async (io, input) => {
    const user = wordAt(input, 0);
    const session = await connect(io, input.flags);
    const org = await chooseOrganization(io, input.flags, session);
    await confirm(io, `Remove ${user} from ${org}?`, input.flags.yes);
    await session.client.call(session.operations.removeMember, { params: { org, user } });
    if (input.flags.json) printJson(io, { version: 1, organization: org, removed: user });
    else print(io, `Removed ${safeText(user)}`);
  },
});
