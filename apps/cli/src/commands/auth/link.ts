import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { print, printJson, say } from '../../output/print.ts';
import { formatTime } from '../../output/times.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description:
    'Print a one-time link that signs you in: to the dashboard in a browser, or on another device with ' +
    '`postern auth login --link`. Whoever opens it first is signed in as you.',
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'Open the dashboard', line: 'postern auth link' }],
  json: { version: '1', url: 'the link', expires_at: 'when it stops working' },
  run: async (io, { flags }) => {
    const { client, operations } = await connect(io, flags);
    const { url, expires_at } = await client.call(operations.createLoginLink, {});
    if (flags.json) {
      printJson(io, { version: 1, url, expires_at });
      return;
    }
    print(io, url);
    say(io, `works once, until ${formatTime(expires_at)}`);
  },
});
