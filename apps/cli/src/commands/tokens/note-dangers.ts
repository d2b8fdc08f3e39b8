/** What somebody who allows a command may not expect of it. Advice, never the boundary. */
import { dangerNotes, templateDangerNotes, type Caveat } from '@postern/token';
import type { CommandRule } from './command-rules.ts';

/**
 * @param rules commands of the token; none of them, and no template either, means every command.
 * @param onCommands what restricts its commands besides.
 */
export function noteDangers(rules: readonly CommandRule[], onCommands: readonly Caveat[]): string[] {
  const templates = onCommands.flatMap((caveat) =>
    caveat.type === 'CommandTemplates' ? caveat.templates : [],
  );
  if (rules.length === 0 && templates.length === 0) {
    return ['this token allows every command; name the ones it needs with -C or -p'];
  }
  const notes = [...rules.flatMap(dangerNotes), ...templates.flatMap(templateDangerNotes)];
  return [...new Set(notes.map(({ message }) => message))];
}
