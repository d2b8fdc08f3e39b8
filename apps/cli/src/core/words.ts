/** Words of an input, by place. */

interface Words {
  readonly words: readonly string[];
  readonly rest: readonly string[] | undefined;
}

/** All words, those after `--` included: for commands that give `--` no meaning of its own. */
export function allWords({ words, rest }: Words): readonly string[] {
  return rest === undefined ? words : [...words, ...rest];
}

/** The word at a place the command's `count` promises, or an empty text. */
export function wordAt(input: Words, index: number): string {
  return allWords(input)[index] ?? '';
}
