import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { printJson, say } from '../../output/print.ts';
import { printTable } from '../../output/table.ts';
import { readCredentials } from '../../settings/credentials-file.ts';

export const command = defineCommand({
  description: 'List the servers you are signed in to.',
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'Where am I signed in', line: 'postern auth list' }],
  json: {
    version: '1',
    current: 'name of the context in use, or null',
    contexts: 'name, server and email of each',
  },
  run: async (io, { flags }) => {
    const { current, contexts } = await readCredentials(io);
    const rows = Object.entries(contexts).map(([name, { server, email }]) => ({ name, server, email }));
    if (flags.json) printJson(io, { version: 1, current: current ?? null, contexts: rows });
    else if (rows.length === 0) say(io, 'not signed in anywhere; run: postern auth login');
    else {
      printTable(
        io,
        [
          { title: '', cell: ({ name }) => (name === current ? '*' : '') },
          { title: 'NAME', cell: ({ name }) => name, whole: true },
          { title: 'SERVER', cell: ({ server }) => server },
          { title: 'EMAIL', cell: ({ email }) => email },
        ],
        rows,
      );
    }
  },
});
