/** Command templates: what exact and prefix rules cannot say (`systemctl restart` one of web, worker). */
import type { CommandTemplate, TemplateWord } from '../caveat.ts';
import { quoteArgv } from '../shell-words.ts';
import { parsePattern, patternMatches } from './pattern.ts';

/** Whether an argv fits: every word its place, and after them at most `tail.most` words that fit the tail. */
export function templateMatches({ words, tail }: CommandTemplate, argv: readonly string[]): boolean {
  const most = words.length + (tail?.most ?? 0);
  if (argv.length < words.length || argv.length > most) return false;
  return argv.every((arg, index) => {
    const word = words[index] ?? tail?.word;
    return word !== undefined && wordMatches(word, arg);
  });
}

function wordMatches(word: TemplateWord, arg: string): boolean {
  switch (word.kind) {
    case 'literal':
      return arg === word.text;
    case 'one-of':
      return word.texts.includes(arg);
    case 'integer':
      return integerMatches(word, arg);
    case 'pattern':
      return patternMatches(parsePattern(word.pattern), arg);
  }
}

/** Decimal in its shortest form: no plus, no leading zero, no `-0`, no space. */
function integerMatches({ least, most }: { least: bigint; most: bigint }, arg: string): boolean {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(arg)) return false;
  const value = BigInt(arg);
  return value >= least && value <= most;
}

/** ``systemctl restart (web|worker)``; ``journalctl -n 1..1000``; ``cat /[a-z]+/ …(up to 3 more: /[a-z]+/)``. */
export function describeTemplate({ words, tail }: CommandTemplate): string {
  const described = words.map(describeWord);
  if (tail !== undefined) described.push(`…(up to ${tail.most} more: ${describeWord(tail.word)})`);
  return described.join(' ');
}

function describeWord(word: TemplateWord): string {
  switch (word.kind) {
    case 'literal':
      return quoteArgv([word.text]);
    case 'one-of':
      return `(${word.texts.map((text) => quoteArgv([text])).join('|')})`;
    case 'integer':
      return `${word.least}..${word.most}`;
    case 'pattern':
      return `/${word.pattern}/`;
  }
}

/** All templates of a caveat in words. */
export function describeTemplates(templates: readonly CommandTemplate[]): string {
  return templates.length === 0
    ? 'no command'
    : templates.map((template) => `the form \`${describeTemplate(template)}\``).join(', or ');
}
