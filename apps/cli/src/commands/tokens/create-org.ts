import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text, toggle } from '../../core/flags.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { allWords } from '../../core/words.ts';
import { connect } from '../../settings/connect.ts';
import { EXPIRY_FLAG, OUTPUT_FLAG, readExpiry } from './mint-flags.ts';
import { mintAndPrint } from './mint-and-print.ts';

export const command = defineCommand({
  description: 'Create a token that may do everything with all apps of an organization.',
  words: '[org]',
  count: [0, 1],
  flags: {
    org: SHARED_FLAGS.org,
    expiry: EXPIRY_FLAG,
    name: text('NAME', 'Name of the token', { short: 'n', default: 'Org deploy token' }),
    json: SHARED_FLAGS.json,
    dryRun: toggle('Show what the token would hold, and create none'),
    output: OUTPUT_FLAG,
  },
  examples: [{ does: 'A token for a week', line: 'postern tokens create org --name prod --expiry 168h' }],
  json: {
    token: 'the token, ready for an Authorization header; absent with --output',
    file: 'with --output: where the token is',
    id: 'id of its record',
    name: 'its name',
    expires_at: 'RFC 3339 time, or null',
    version: '1',
  },
  run: async (io, input) => {
    const { flags } = input;
    const expiry = readExpiry(flags.expiry);
    const session = await connect(io, flags);
    const org = await chooseOrganization(io, flags, session, allWords(input)[0]);
    await mintAndPrint(io, flags, [], () =>
      session.client.call(session.operations.mintOrganizationToken, {
        params: { org },
        body: {
          profile: 'deploy_organization',
          name: flags.name,
          expiry,
          ...(flags.dryRun ? { dry_run: true } : {}),
        },
      }),
    );
  },
});
