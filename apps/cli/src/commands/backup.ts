import { defineCommand } from '../core/command.ts';
import { SHARED_FLAGS } from '../core/flags.ts';
import { wordAt } from '../core/words.ts';
import { DATA_DIRECTORY_FLAG, dataDirectoryArgs } from './data-directory.ts';
import { runMaintenance } from './run-server.ts';

export const command = defineCommand({
  description:
    'Copy the data directory of the server on this host into another, consistently, while the server runs or not. ' +
    'The copy holds the key-encryption key: whoever has it can make tokens.',
  words: '<directory>',
  count: [1, 1],
  flags: { dataDir: DATA_DIRECTORY_FLAG, json: SHARED_FLAGS.json },
  examples: [{ does: 'A copy for today', line: 'postern backup "/var/backups/postern-$(date +%F)"' }],
  json: { version: '1', lines: 'what was copied, and how to keep it' },
  run: (io, input) =>
    runMaintenance(
      io,
      ['backup', ...dataDirectoryArgs(input.flags), '--', wordAt(input, 0)],
      input.flags.json,
      'copying',
    ),
});
