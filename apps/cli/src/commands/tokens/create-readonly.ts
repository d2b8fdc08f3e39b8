import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text, toggle } from '../../core/flags.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { allWords } from '../../core/words.ts';
import { say } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';
import { EXPIRY_FLAG, OUTPUT_FLAG, readExpiry } from './mint-flags.ts';
import { mintAndPrint } from './mint-and-print.ts';

export const command = defineCommand({
  description:
    'Create a token that may read all apps of an organization and run nothing. With --from-existing no server is ' +
    'asked: the token given with -t or POSTERN_TOKEN is narrowed to reading.',
  words: '[org]',
  count: [0, 1],
  flags: {
    org: SHARED_FLAGS.org,
    expiry: EXPIRY_FLAG,
    name: text('NAME', 'Name of the token', { short: 'n', default: 'Read-only org token' }),
    fromExisting: toggle('Narrow the token given with -t or POSTERN_TOKEN, offline'),
    json: SHARED_FLAGS.json,
    dryRun: toggle('Show what the token would hold, and create none'),
    output: OUTPUT_FLAG,
  },
  examples: [
    { does: 'A read-only token for a day', line: 'postern tokens create readonly personal -x 24h' },
    {
      does: 'A read-only version of a token you hold',
      line: 'POSTERN_TOKEN="$(cat org.token)" postern tokens create readonly --from-existing -x 24h',
    },
  ],
  json: {
    token: 'the token, ready for an Authorization header; absent with --output',
    file: 'with --output: where the token is',
    id: 'id of its record; absent with --from-existing',
    name: 'its name; absent with --from-existing',
    expires_at: 'RFC 3339 time, or null',
    version: '1',
  },
  run: async (io, input) => {
    const { flags } = input;
    const expiry = readExpiry(flags.expiry);
    const argument = allWords(input)[0];
    if (flags.fromExisting) {
      if (argument !== undefined)
        say(io, 'note: --from-existing narrows the token given with -t or POSTERN_TOKEN');
      const { narrowToReading } = await import('./narrow-to-reading.ts');
      await narrowToReading(io, flags, expiry);
      return;
    }
    const session = await connect(io, flags);
    const org = await chooseOrganization(io, flags, session, argument);
    await mintAndPrint(io, flags, [], () =>
      session.client.call(session.operations.mintOrganizationToken, {
        params: { org },
        body: { profile: 'readonly', name: flags.name, expiry, ...(flags.dryRun ? { dry_run: true } : {}) },
      }),
    );
  },
});
