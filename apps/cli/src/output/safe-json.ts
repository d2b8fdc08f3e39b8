/**
 * JSON whose every character is harmless on a terminal. `JSON.stringify` writes C0 controls out, but not the C1
 * controls, some of which begin escape sequences too, and not what reorders or hides text. The value is the same.
 */
import { UNSAFE } from './safe-text.ts';

/** @param indent blanks of one level; a single line when left out. */
export function safeJson(value: unknown, indent?: number): string {
  return harmless(JSON.stringify(value, null, indent));
}

/** @param json a JSON text. @returns one of the same value. */
export function harmless(json: string): string {
  // Line breaks stand between its texts; those inside of them are written out already.
  return json.replaceAll(UNSAFE, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  let text = '';
  for (let at = 0; at < character.length; at += 1) {
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
  return text;
}
