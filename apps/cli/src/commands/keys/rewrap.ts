import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { confirm } from '../../core/prompt.ts';
import { DATA_DIRECTORY_FLAG, dataDirectoryArgs } from '../data-directory.ts';
import { runMaintenance } from '../run-server.ts';

export const command = defineCommand({
  description:
    'Seal the signing keys of the server on this host under a new key-encryption key, with the server stopped. ' +
    'Tokens are not touched.',
  flags: { dataDir: DATA_DIRECTORY_FLAG, yes: SHARED_FLAGS.yes, json: SHARED_FLAGS.json },
  examples: [
    { does: 'A new key-encryption key', line: 'postern keys rewrap --data-dir /var/lib/postern --yes' },
  ],
  json: { version: '1', lines: 'what was sealed, and where the key before is' },
  run: async (io, { flags }) => {
    await confirm(
      io,
      `Seal the keys in ${flags.dataDir ?? '.postern'} under a new key-encryption key?`,
      flags.yes,
    );
    return runMaintenance(io, ['rewrap-keys', ...dataDirectoryArgs(flags)], flags.json, 'sealing');
  },
});
