import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { wordAt } from '../../core/words.ts';
import { print, printJson } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Create an organization. You become its first admin.',
  words: '<slug>',
  count: [1, 1],
  flags: { name: text('NAME', 'Name to show', { short: 'n' }), json: SHARED_FLAGS.json },
  examples: [{ does: 'A new organization', line: 'postern orgs create acme --name "Acme Ltd"' }],
  json: { version: '1', organization: 'the new organization' },
  run: async (io, input) => {
    const { flags } = input;
    const { client, operations } = await connect(io, flags);
    const organization = await client.call(operations.createOrganization, {
      body: { slug: wordAt(input, 0), ...(flags.name === undefined ? {} : { name: flags.name }) },
    });
    if (flags.json) printJson(io, { version: 1, organization });
    else print(io, `New organization created: ${organization.slug}`);
  },
});
