import { defineCommand } from '../../core/command.ts';
import { candidates } from '../../core/complete.ts';
import { allWords } from '../../core/words.ts';

export const command = defineCommand({
  description:
    'Print candidates for the last word, one a line with a tab and what it does. For completion scripts.',
  words: '[word...]',
  count: [0, Infinity],
  flags: {},
  examples: [],
  run: async (io, input) => {
    const { root } = await import('../index.ts');
    for (const line of await candidates(root, allWords(input))) io.stdout.write(`${line}\n`);
  },
});
