import { defineCommand } from '../core/command.ts';
import { SHARED_FLAGS } from '../core/flags.ts';
import { print, printJson } from '../output/print.ts';
import { VERSION } from '../version.ts';

export const command = defineCommand({
  description: 'Show the version of postern.',
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'Which version is this', line: 'postern version' }],
  json: { version: 'version of postern, such as 0.1.0', node: 'version of the Node it runs on' },
  run: (io, { flags }) => {
    if (flags.json) printJson(io, { version: VERSION, node: io.nodeVersion });
    else print(io, `postern v${VERSION}`);
    return Promise.resolve();
  },
});
