import { dangerNotes, templateDangerNotes, type Caveat, type DangerNote } from '@postern/token';
import { Notice } from '../components/notice.tsx';
import { visibleText } from '../components/text.tsx';

/** Every note about the commands of a caveat set, none twice. */
export function notesOf(caveats: readonly Caveat[]): readonly DangerNote[] {
  const notes = caveats.flatMap((caveat): readonly DangerNote[] => {
    switch (caveat.type) {
      case 'Commands':
        return caveat.commands.flatMap(dangerNotes);
      case 'CommandTemplates':
        return caveat.templates.flatMap(templateDangerNotes);
      case 'IfPresent': {
        // Beside templates, a list that allows every command adds nothing.
        const templates = caveat.ifs.some(({ type }) => type === 'CommandTemplates');
        return notesOf(templates ? caveat.ifs.filter(({ type }) => type !== 'Commands') : caveat.ifs);
      }
      default:
        return [];
    }
  });
  return [...new Map(notes.map((note) => [note.message, note])).values()];
}

/** What somebody who allows these commands may not expect of them. */
export function DangerNotes({ caveats }: { readonly caveats: readonly Caveat[] }) {
  const notes = notesOf(caveats);
  if (notes.length === 0) return null;
  return (
    <Notice kind="warn" title="Think about this first">
      <ul className="notes">
        {notes.map(({ message }) => (
          <li key={message}>{visibleText(message)}</li>
        ))}
      </ul>
    </Notice>
  );
}
