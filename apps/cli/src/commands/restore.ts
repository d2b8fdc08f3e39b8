import { defineCommand } from '../core/command.ts';
import { SHARED_FLAGS, text } from '../core/flags.ts';
import { confirm } from '../core/prompt.ts';
import { wordAt } from '../core/words.ts';
import { DATA_DIRECTORY_FLAG, dataDirectoryArgs } from './data-directory.ts';
import { runMaintenance } from './run-server.ts';

export const command = defineCommand({
  description:
    'Put a copy made by `postern backup` back into the data directory, with the server stopped. Tokens that were ' +
    'revoked since stay revoked; where nobody can say which those are, --unknown-tokens decides. Everybody signs in again.',
  words: '<directory>',
  count: [1, 1],
  flags: {
    dataDir: DATA_DIRECTORY_FLAG,
    unknownTokens: text('WHAT', 'Tokens nobody can say were revoked since the copy', {
      choices: ['revoke', 'keep'],
    }),
    yes: SHARED_FLAGS.yes,
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'Put it back', line: 'postern restore /var/backups/postern-2026-11-24 --yes' },
    {
      does: 'On a new machine, safely: every token is minted anew',
      line: 'postern restore /var/backups/postern-2026-11-24 --unknown-tokens revoke --yes',
    },
  ],
  json: { version: '1', lines: 'what was restored and revoked' },
  run: async (io, input) => {
    const { flags } = input;
    const source = wordAt(input, 0);
    await confirm(
      io,
      `Replace the data in ${flags.dataDir ?? '.postern'} by the copy in ${source}?`,
      flags.yes,
    );
    return runMaintenance(
      io,
      [
        'restore',
        ...dataDirectoryArgs(flags),
        ...(flags.unknownTokens === undefined ? [] : [`--unknown-tokens=${flags.unknownTokens}`]),
        '--',
        source,
      ],
      flags.json,
      'restoring',
    );
  },
});
