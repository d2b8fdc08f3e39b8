/**
 * Text from elsewhere (names, commands, messages of a server, caveats of a token) as it may reach a terminal:
 * control characters, among them the one that begins escape sequences, and characters that reorder or hide text
 * are written out. What a command that was run prints does not come through here.
 */
// C0 and C1 controls, DEL, soft hyphen, zero-width and direction characters, line separators, BOM, tag characters.
export const UNSAFE: RegExp =
  /[\p{Cc}\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]|\p{Cs}/gu;

export function safeText(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    if (character === '\n') return String.raw`\n`;
    if (character === '\t') return String.raw`\t`;
    if (character === '\r') return String.raw`\r`;
    const code = character.codePointAt(0) ?? 0;
    return code < 0x1_00 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
