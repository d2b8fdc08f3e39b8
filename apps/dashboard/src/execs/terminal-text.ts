/**
 * Output of commands as text that can be looked at. What a terminal would obey (colours, cursor moves, titles, links)
 * is left out or spelled out; nothing of it is ever obeyed.
 */
import { visibleText } from '../components/text.tsx';

/** A sequence longer than this is no sequence but text. */
const LONGEST_SEQUENCE = 4096;

/** CSI, then OSC and its kin up to their terminator, then the short ones. */
const SEQUENCE = new RegExp(
  [
    String.raw`\u001b\[[0-?]*[ -/]*[@-~]`,
    String.raw`\u001b[\]PX^_][^\n\u0007\u001b]{0,${LONGEST_SEQUENCE}}(?:\u0007|\u001b\\)`,
    String.raw`\u001b[ -/]+[0-~]`,
    String.raw`\u001b[0-OQ-WYZ\\\x60-~]`,
  ].join('|'),
  'g',
);

/** What may become a sequence, or the end of a line, with the bytes that come next. */
const UNFINISHED = new RegExp(
  String.raw`(?:\r|\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\n\u0007\u001b]*\u001b?|[ -/]*)?)$`,
);

/** @returns how many characters at the end must wait for what follows. */
export function unfinishedLength(text: string): number {
  const length = UNFINISHED.exec(text.slice(-LONGEST_SEQUENCE - 1))?.[0].length ?? 0;
  return length > LONGEST_SEQUENCE ? 0 : length;
}

/** Whether there is anything that {@link shownText} leaves out. */
export function hasSequences(text: string): boolean {
  return text.search(SEQUENCE) >= 0;
}

/**
 * @param spelled whether sequences for terminals are spelled out; else they are left out.
 * @returns lines of text, every other character that cannot be seen spelled out.
 */
export function shownText(text: string, spelled: boolean): string {
  return (spelled ? text : text.replaceAll(SEQUENCE, ''))
    .replaceAll(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.split('\t').map(visibleText).join('\t'))
    .join('\n');
}
