/** What is shown of a form with holes is what has to be written to get it. */
import { readTemplate } from '@postern/contract';
import { expect, test } from 'vitest';
import { templateText } from '../src/tokens/template-text.ts';

const FORMS = [
  'systemctl restart {web|worker}',
  'seq {1..1000} {-5..5}',
  'echo {/[a-z_]{1,63}/}',
  'apt install {...5:/[a-z.]+/}',
  'echo {=}',
  'echo {={a|b}}',
  "echo 'two words' '' '{a b|c}'",
  "echo '{/[ ]+\\d/}'",
  'echo `id` $HOME',
];

test.each(FORMS)('%s', (form) => {
  const template = readTemplate(form);
  const text = templateText(template);
  expect(readTemplate(text)).toEqual(template);
});

test('a bar inside a word does not look like another choice', () => {
  const words = [
    { kind: 'literal', text: 'echo' },
    { kind: 'one-of', texts: ['a|b', 'c'] },
  ] as const;
  expect(templateText({ words })).not.toContain('{a|b|c}');
});
