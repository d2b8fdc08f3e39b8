/** A form with holes, written as people write it: what `readTemplate` of the contract reads. */
import { joinShellWords } from '@postern/contract';
import type { CommandTemplate } from '@postern/token';

type Word = CommandTemplate['words'][number];

export function templateText({ words, tail }: CommandTemplate): string {
  const written = words.map(wordText);
  if (tail !== undefined) written.push(quoted(`{...${tail.most}:${holeText(tail.word)}}`));
  return written.join(' ');
}

/** A literal word in braces would be read as a hole. */
export const literalText = (word: string): string => (/^\{.*\}$/s.test(word) ? `{=${word}}` : word);

function wordText(word: Word): string {
  return word.kind === 'literal' ? joinShellWords([literalText(word.text)]) : quoted(`{${holeText(word)}}`);
}

function holeText(word: Word): string {
  switch (word.kind) {
    case 'literal':
      return `=${word.text}`;
    case 'one-of':
      // A bar inside a word must not look like one between words.
      return word.texts.map((text) => (text.includes('|') ? joinShellWords([text]) : text)).join('|');
    case 'integer':
      return `${word.least}..${word.most}`;
    case 'pattern':
      return `/${word.pattern}/`;
  }
}

/** There is no shell, so only what would end a word is quoted. */
const quoted = (hole: string): string => (/[\s'"\\]/.test(hole) ? joinShellWords([hole]) : hole);
