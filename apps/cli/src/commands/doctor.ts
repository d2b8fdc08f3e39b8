import { EXIT_CODES, PosternError } from '@postern/contract/errors';
import { defineCommand } from '../core/command.ts';
import { SHARED_FLAGS } from '../core/flags.ts';
import { print, printJson } from '../output/print.ts';
import { safeText } from '../output/safe-text.ts';
import { styleFor } from '../output/style.ts';
import { DATA_DIRECTORY_FLAG } from './data-directory.ts';
import { diagnose } from './diagnose.ts';

export const command = defineCommand({
  description:
    'Look for what commonly goes wrong: credentials, permissions of files, the way to the server, its certificate, ' +
    'readiness and version, clocks, machines without their agent. On the host of a server or an agent it also looks ' +
    'at who can read their keys. The exit code is that of the first thing that is broken.',
  flags: { json: SHARED_FLAGS.json, dataDir: DATA_DIRECTORY_FLAG },
  examples: [
    { does: 'What is wrong here', line: 'postern doctor' },
    {
      does: 'On the host of a server',
      line: 'postern doctor --server https://postern.example --data-dir /var/lib/postern/data',
    },
  ],
  json: {
    version: '1',
    ok: 'whether nothing is broken',
    checks: 'for each: `name`, `state` (ok, warning, broken, skipped), `says`, `hint` or null',
  },
  run: async (io, { flags }) => {
    const checks = await diagnose(io, flags, flags.dataDir);
    const broken = checks.find(({ state }) => state === 'broken');
    if (flags.json) {
      printJson(io, {
        version: 1,
        ok: broken === undefined,
        checks: checks.map(({ name, state, says, hint }) => ({ name, state, says, hint: hint ?? null })),
      });
    } else {
      const style = styleFor(io, 'stdout');
      const marks = {
        ok: style.green('ok     '),
        warning: style.yellow('warning'),
        broken: style.red('broken '),
        skipped: style.dim('skipped'),
      };
      for (const { name, state, says, hint } of checks) {
        print(io, `${marks[state]}  ${name}: ${safeText(says)}`);
        if (hint !== undefined && state !== 'ok') print(io, `         ${safeText(hint)}`);
      }
    }
    if (broken === undefined) return EXIT_CODES.ok;
    return broken.error instanceof PosternError ? broken.error.exitCode : EXIT_CODES.internal;
  },
});
