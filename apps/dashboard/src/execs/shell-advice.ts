/** Nothing here reads a command as a shell would; who writes one for a shell is told. */

const OPERATORS = /^(?:&&|\|\||[|;<>]|>>|2>&1|&)$|;$|^[|<>]/;

/** @returns what to know about words that only a shell would understand, if there are any. */
export function adviceOn(words: readonly string[]): string | undefined {
  const operator = words.find((word) => OPERATORS.test(word));
  if (operator !== undefined) {
    return `There is no shell: ${operator} would be handed to the program as a word.`;
  }
  const expansion = words.find((word) => /\$[({A-Za-z_]|^~\/|\*/.test(word));
  return expansion === undefined
    ? undefined
    : `There is no shell: ${expansion} is taken as it stands, nothing fills it in.`;
}
