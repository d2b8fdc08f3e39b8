/** Candidates for the word under the cursor. */
import type { Group, Node } from './command.ts';
import { findChild } from './find-command.ts';
import { GLOBAL_FLAGS, longName, type Flag, type Flags } from './flags.ts';

/** The shell is to complete file names itself. */
const FILES = ':files';

/**
 * @param typed all words after `postern`; the last is the one to complete, perhaps empty.
 * @returns lines of `candidate TAB description`.
 */
export async function candidates(root: Group, typed: readonly string[]): Promise<string[]> {
  const words = joinedByShell(typed);
  const current = words.at(-1) ?? '';
  let node: Node = root;
  let at = 0;
  while (node.kind === 'group' && at < words.length - 1) {
    const child = findChild(node, words[at] ?? '');
    if (child !== undefined) node = child.node;
    at += 1;
  }
  if (node.kind === 'group') {
    if (current.startsWith('-')) return matchingFlags(GLOBAL_FLAGS, current);
    return Object.entries(node.children)
      .filter(([name, child]) => !child.hidden && name.startsWith(current))
      .map(([name, child]) => `${name}\t${child.summary}`);
  }
  const before = words.slice(at, -1);
  if (before.includes('--')) return [FILES];
  const command = await node.load();
  const flags: Flags = { ...command.flags, ...GLOBAL_FLAGS };
  const value = flagAwaitingValue(flags, before.at(-1));
  if (value !== undefined) return valuesOf(value, current, '');
  const equals = current.indexOf('=');
  if (current.startsWith('--') && equals > 0) {
    const flag = Object.entries(flags).find(([key]) => longName(key) === current.slice(0, equals))?.[1];
    return flag === undefined ? [] : valuesOf(flag, current.slice(equals + 1), current.slice(0, equals + 1));
  }
  if (current.startsWith('-')) return matchingFlags(flags, current);
  const words_ = command.words ?? '';
  if (/^<\w+(?:\|\w+)+>$/.test(words_)) {
    return words_
      .slice(1, -1)
      .split('|')
      .filter((word) => word.startsWith(current));
  }
  return [];
}

/** bash makes three words of `--flag=value`; a flag and its value may be two. */
function joinedByShell(typed: readonly string[]): string[] {
  const words = typed.filter((word, index) => word !== '=' || typed[index - 1]?.startsWith('--') !== true);
  return words.length < typed.length && typed.at(-1) === '=' ? [...words, ''] : words;
}

function matchingFlags(flags: Flags, current: string): string[] {
  return Object.entries(flags)
    .filter(([key, flag]) => flag.hidden !== true && longName(key).startsWith(current))
    .map(([key, flag]) => `${longName(key)}\t${flag.help}`);
}

function flagAwaitingValue(flags: Flags, word: string | undefined): Flag | undefined {
  if (word === undefined || !word.startsWith('-') || word.includes('=')) return undefined;
  const found = Object.entries(flags).find(
    ([key, flag]) => longName(key) === word || (flag.short !== undefined && word === `-${flag.short}`),
  )?.[1];
  return found === undefined || found.kind === 'switch' ? undefined : found;
}

function valuesOf(flag: Flag, current: string, lead: string): string[] {
  if (flag.kind !== 'text') return [];
  if (flag.complete !== undefined) return [FILES];
  return (flag.choices ?? []).filter((choice) => choice.startsWith(current)).map((choice) => lead + choice);
}
