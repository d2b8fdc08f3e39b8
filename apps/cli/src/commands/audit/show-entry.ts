/** One audit entry as one line, shared by `audit list` and `audit tail`. */
import type { AuditEntryResource } from '@postern/contract';
import { joinShellWords } from '@postern/contract/shell-words';
import { formatTime } from '../../output/times.ts';
import type { Column } from '../../output/table.ts';

export const ENTRY_COLUMNS: ReadonlyArray<Column<AuditEntryResource>> = [
  { title: 'SEQ', cell: (entry) => String(entry.seq), whole: true },
  {
    title: 'TIME',
    cell: (entry) => formatTime(entry.at),
    // Month, day and time of day.
    short: (entry) => formatTime(entry.at).slice(5, 19),
    whole: true,
  },
  { title: 'ACTION', cell: (entry) => entry.action },
  { title: 'OUTCOME', cell: (entry) => entry.outcome },
  { title: 'ACTOR', cell: (entry) => entry.actor },
  { title: 'APP', cell: (entry) => entry.app ?? '' },
  { title: 'WHAT', cell: describeSubject },
];

/** What it was about: the command, or the reason, or the id it names. */
export function describeSubject(entry: AuditEntryResource): string {
  const command = entry.command === null ? '' : joinShellWords(entry.command);
  const subject = command === '' ? (entry.token ?? entry.machine ?? entry.exec ?? '') : command;
  return entry.reason === null ? subject : `${subject}: ${entry.reason}`;
}

export const FILTERS_HELP = {
  action: 'Only this action, such as exec or token.mint',
  outcome: 'Only this outcome, such as allowed or refused',
  app: 'Only about this app',
  token: 'Only about this token',
  exec: 'Only about this exec',
} as const;

export interface Filters {
  readonly action: string | undefined;
  readonly outcome: string | undefined;
  readonly app: string | undefined;
  readonly token: string | undefined;
  readonly exec: string | undefined;
}

/** The filters somebody gave, as a query. */
export function filterQuery({ action, outcome, app, token, exec }: Filters) {
  return {
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(app === undefined ? {} : { app }),
    ...(token === undefined ? {} : { token }),
    ...(exec === undefined ? {} : { exec }),
  };
}
