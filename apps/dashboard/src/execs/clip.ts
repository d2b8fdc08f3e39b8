import { quoteArgv } from '@postern/token';
import { visibleText } from '../components/text.tsx';

/** Characters of a command in a list. */
const SHORT_CHARS = 160;

/** The beginning of a text, at most so many characters, with a sign where it was cut. */
export function clip(text: string, length: number = SHORT_CHARS): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** A command for one row of a list: it may be as long as a book. */
export function shortCommand(argv: readonly string[]): string {
  return visibleText(clip(quoteArgv(argv)));
}
