import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text, toggle } from '../../core/flags.ts';
import { chooseApp } from '../../choose/app.ts';
import { connect } from '../../settings/connect.ts';
import { EXPIRY_FLAG, OUTPUT_FLAG, readExpiry } from './mint-flags.ts';
import { mintAndPrint } from './mint-and-print.ts';

export const command = defineCommand({
  description:
    'Create a token that may do everything with one app: run every command, read, start and stop machines. ' +
    'Prefer machine-exec where the commands are known.',
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    expiry: EXPIRY_FLAG,
    name: text('NAME', 'Name of the token', { short: 'n', default: 'postern deploy token' }),
    json: SHARED_FLAGS.json,
    dryRun: toggle('Show what the token would hold, and create none'),
    output: OUTPUT_FLAG,
  },
  examples: [
    {
      does: 'A deploy token for two days',
      line: 'postern tokens create deploy -a demo -n "staging one" -x 48h',
    },
  ],
  json: {
    token: 'the token, ready for an Authorization header; absent with --output',
    file: 'with --output: where the token is',
    id: 'id of its record',
    name: 'its name',
    expires_at: 'RFC 3339 time, or null',
    version: '1',
  },
  run: async (io, { flags }) => {
    const expiry = readExpiry(flags.expiry);
    const session = await connect(io, flags);
    const app = await chooseApp(io, flags, session);
    await mintAndPrint(io, flags, [], () =>
      session.client.call(session.operations.mintAppToken, {
        params: { app },
        body: { profile: 'deploy', name: flags.name, expiry, ...(flags.dryRun ? { dry_run: true } : {}) },
      }),
    );
  },
});
