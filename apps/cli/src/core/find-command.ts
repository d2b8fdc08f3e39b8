/** Walks the table of commands along the first words; flags every command has may stand before and between. */
import { PosternError } from '@postern/contract/errors';
import type { Group, Leaf, Node } from './command.ts';
import { GLOBAL_FLAGS, longName } from './flags.ts';
import { closest } from './closest.ts';

export type Found =
  | { readonly node: Leaf; readonly path: string; readonly words: readonly string[] }
  | { readonly node: Group; readonly path: string; readonly words: readonly string[] };

const TAKES_VALUE = new Set(
  Object.entries(GLOBAL_FLAGS).flatMap(([key, flag]) =>
    flag.kind === 'text' ? [longName(key), ...('short' in flag ? [`-${flag.short}`] : [])] : [],
  ),
);

/**
 * @returns the command or group the words name, with its full canonical name and the words left for it.
 * @throws PosternError `bad_request` for a word that names nothing, with a suggestion.
 */
export function findCommand(root: Group, argv: readonly string[]): Found {
  const globals: string[] = [];
  let node: Node = root;
  let path = 'postern';
  let at = 0;
  while (node.kind === 'group' && at < argv.length) {
    const word = argv[at] ?? '';
    if (word === '--') break;
    if (word.startsWith('-')) {
      globals.push(word);
      at += 1;
      const next = argv[at];
      if (TAKES_VALUE.has(word) && next !== undefined) {
        globals.push(next);
        at += 1;
      }
      continue;
    }
    const found = findChild(node, word);
    if (found === undefined) throw unknownCommand(node, path, word);
    [path, node] = [`${path} ${found.name}`, found.node];
    at += 1;
  }
  const words = [...globals, ...argv.slice(at)];
  return node.kind === 'group' ? { node, path, words } : { node, path, words };
}

/** A child by its name or one of its other names. */
export function findChild(group: Group, word: string): { name: string; node: Node } | undefined {
  for (const [name, node] of Object.entries(group.children)) {
    if (name === word || node.aliases.includes(word)) return { name, node };
  }
  return undefined;
}

function unknownCommand(group: Group, path: string, word: string): PosternError {
  const names = Object.entries(group.children).flatMap(([name, node]) =>
    node.hidden ? [] : [name, ...node.aliases],
  );
  const suggestion = closest(word, names);
  return new PosternError('bad_request', `unknown command "${word}" for "${path}"`, {
    hint: suggestion === undefined ? `see: ${path} --help` : `did you mean this? ${path} ${suggestion}`,
  });
}
