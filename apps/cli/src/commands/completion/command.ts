import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { wordAt } from '../../core/words.ts';
import { BASH, FISH, ZSH } from './script.ts';

export const command = defineCommand({
  description: 'Print a completion script for your shell. Each says at its top how to load it.',
  words: '<bash|zsh|fish>',
  count: [1, 1],
  flags: {},
  examples: [
    { does: 'Complete in this bash', line: 'source <(postern completion bash)' },
    { does: 'In every zsh', line: 'postern completion zsh > "${fpath[1]}/_postern"' },
  ],
  run: (io, input) => {
    const scripts: Record<string, string> = { bash: BASH, zsh: ZSH, fish: FISH };
    const shell = wordAt(input, 0);
    const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
    if (script === undefined) {
      throw new PosternError('bad_request', `no completion for "${shell}"`, {
        hint: 'there is bash, zsh and fish',
      });
    }
    io.stdout.write(script);
    return Promise.resolve();
  },
});
