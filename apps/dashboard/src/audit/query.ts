/** What an audit page shows: filters and place, kept in the address, so a link keeps them. */
import type { CallInput } from '@postern/client';
import type { operations } from '@postern/contract';
import { useQueryText } from '../router/location.ts';

export const PAGE_SIZE = 50;

type Query = NonNullable<CallInput<typeof operations.listAudit>['query']>;
/** Filters as the operation knows them. */
export type Filter = Pick<
  Query,
  'search' | 'action' | 'outcome' | 'app' | 'actor' | 'token' | 'exec' | 'since' | 'until'
>;

/** Every parameter of the address; `setQuery(NO_FILTER)` shows everything, from the newest on. */
export const NO_FILTER = {
  q: '',
  action: '',
  outcome: '',
  app: '',
  actor: '',
  token: '',
  exec: '',
  since: '',
  until: '',
  before: '',
  after: '',
} as const;

/** Parameters that say which page it is; a changed filter begins at the newest again. */
export const FIRST_PAGE = { before: '', after: '' } as const;

export function useFilter(): Filter {
  const [search] = useQueryText('q');
  const [action] = useQueryText('action');
  const [outcome] = useQueryText('outcome');
  const [app] = useQueryText('app');
  const [actor] = useQueryText('actor');
  const [token] = useQueryText('token');
  const [exec] = useQueryText('exec');
  const [since] = useQueryText('since');
  const [until] = useQueryText('until');
  return {
    ...given('search', search.slice(0, 200)),
    ...given('action', action.slice(0, 64)),
    ...given('outcome', outcome.slice(0, 32)),
    ...given('app', app.slice(0, 128)),
    ...given('actor', actor.slice(0, 320)),
    ...given('token', token.slice(0, 128)),
    ...given('exec', exec.slice(0, 128)),
    ...given('since', isMoment(since) ? since : ''),
    ...given('until', isMoment(until) ? until : ''),
  };
}

export interface Place {
  /** Only entries with a smaller number; undefined begins at the newest. */
  readonly before?: number;
  /** Only entries with a greater number, those next to it. */
  readonly after?: number;
}

export function usePlace(): Place {
  const [before] = useQueryText('before');
  const [after] = useQueryText('after');
  if (isNumber(after)) return { after: Number(after) };
  return isNumber(before) ? { before: Number(before) } : {};
}

/** The query of one page. */
export function pageQuery(filter: Filter, { before, after }: Place): Query {
  return {
    ...filter,
    limit: PAGE_SIZE,
    ...(before === undefined ? {} : { cursor: String(before) }),
    ...(after === undefined ? {} : { after }),
  };
}

function given<Name extends keyof Filter>(name: Name, value: string): Partial<Record<Name, string>> {
  return value === '' ? {} : ({ [name]: value } as Record<Name, string>);
}

function isNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && !Number.isNaN(Date.parse(text));
}
