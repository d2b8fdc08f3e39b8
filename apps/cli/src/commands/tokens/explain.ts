import { EXIT_CODES } from '@postern/contract/errors';
import { joinShellWords } from '@postern/contract/shell-words';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text, toggle } from '../../core/flags.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { askedCommand } from './asked-command.ts';
import { explainTokens } from './explain-tokens.ts';
import { DEFAULT_LOCATION, LOCATION_FLAG_HELP } from './presented-tokens.ts';

export const command = defineCommand({
  description:
    'Would the token given with -t or POSTERN_TOKEN allow a command, and if not, which restriction refuses and what ' +
    'would be allowed? Answered offline from what the token says of itself; with --check the server answers, which ' +
    'also knows the signature, revocation and names. Nothing is run. The exit code is 0 when allowed, 77 when not.',
  words: '<command>',
  count: [1, Infinity],
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    machine: text('ID', 'On this machine', { short: 'm' }),
    check: toggle('Ask the server'),
    location: text('URL', LOCATION_FLAG_HELP, { short: 'l', hidden: true, default: DEFAULT_LOCATION }),
    json: SHARED_FLAGS.json,
  },
  examples: [
    {
      does: 'May this token do that',
      line: 'POSTERN_TOKEN="$(cat ci.token)" postern tokens explain "git push"',
    },
    {
      does: 'Ask the server, for one machine',
      line: 'POSTERN_TOKEN="$(cat ci.token)" postern tokens explain --check -a demo -m 148e21ab9c3d89 "git status"',
    },
  ],
  json: {
    version: '1',
    allowed: 'boolean',
    command: 'the argv that was asked about',
    checked: 'whether the server was asked',
    refusals: 'for each refusal: `reason`, and `would_allow` or null',
  },
  run: async (io, { flags, words, rest }) => {
    const argv = askedCommand(words, rest);
    const answer = flags.check
      ? await (await import('./check-tokens.ts')).checkTokens(io, flags, argv)
      : explainTokens(io, flags, argv);
    if (flags.json) {
      printJson(io, {
        version: 1,
        allowed: answer.allowed,
        command: argv,
        checked: flags.check,
        refusals: answer.refusals.map(({ reason, wouldAllow }) => ({
          reason,
          would_allow: wouldAllow ?? null,
        })),
      });
    } else {
      print(io, `${answer.allowed ? 'allowed' : 'refused'}: ${safeText(joinShellWords(argv))}`);
      for (const { sentence } of answer.refusals) print(io, `  ${safeText(sentence)}`);
      if (answer.note !== undefined) io.stderr.write(`note: ${safeText(answer.note)}\n`);
    }
    return answer.allowed ? EXIT_CODES.ok : EXIT_CODES.refused;
  },
});
