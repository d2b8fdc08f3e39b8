import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { PosternError } from '@postern/contract/errors';
import { chooseOrganization } from '../../choose/organization.ts';
import { ask, mayAsk } from '../../core/prompt.ts';
import { allWords } from '../../core/words.ts';
import { print, printJson } from '../../output/print.ts';
import { connect } from '../../settings/connect.ts';

export const command = defineCommand({
  description: 'Create an app.',
  words: '[name]',
  count: [0, 1],
  flags: {
    name: text('NAME', 'Name of the app, instead of the word', {}),
    org: SHARED_FLAGS.org,
    yes: SHARED_FLAGS.yes,
    json: SHARED_FLAGS.json,
  },
  examples: [{ does: 'A new app', line: 'postern apps create shop -o personal' }],
  json: { version: '1', app: 'the new app' },
  run: async (io, input) => {
    const { flags } = input;
    let name = allWords(input)[0] ?? flags.name;
    if (name === undefined && !mayAsk(io)) {
      throw new PosternError(
        'bad_request',
        'name argument or flag must be specified when not running interactively',
      );
    }
    const session = await connect(io, flags);
    name ??= await ask(io, 'Choose an app name: ');
    const org = await chooseOrganization(io, flags, session);
    const app = await session.client.call(session.operations.createApp, { body: { name, org_slug: org } });
    if (flags.json) printJson(io, { version: 1, app });
    else print(io, `New app created: ${app.name}`);
  },
});
