/** Search, filter and order of a token list. They stand in the address, so a link keeps them. */
import type { CallInput } from '@postern/client';
import type { operations } from '@postern/contract';
import { SearchField } from '../../components/search-field.tsx';
import { setQuery, useQueryText } from '../../router/location.ts';

export const PAGE_SIZE = 50;

type Query = NonNullable<CallInput<typeof operations.listAppTokens>['query']>;
type Status = NonNullable<Query['status']>;
type Sort = NonNullable<Query['sort']>;

const STATUSES: Readonly<Record<Status, string>> = {
  live: 'Live',
  expired: 'Expired',
  revoked: 'Revoked',
  never_used: 'Never used',
  unused_60_days: 'Unused for 60 days',
  long_lived: 'Lives longer than 90 days',
};

const SORTS: Readonly<Record<Sort, string>> = {
  created: 'Newest first',
  name: 'By name',
  expires: 'Expires soonest',
  last_used: 'Last used',
};

const isStatus = (text: string): text is Status => Object.hasOwn(STATUSES, text);
const isSort = (text: string): text is Sort => Object.hasOwn(SORTS, text);

/** What the address asks for, and whether that leaves tokens out. */
export function useListQuery(): [query: Query, filtered: boolean] {
  const [search] = useQueryText('q');
  const [status] = useQueryText('status');
  const [sort] = useQueryText('sort');
  const [from] = useQueryText('from');
  return [
    {
      limit: PAGE_SIZE,
      ...(search === '' ? {} : { search }),
      ...(isStatus(status) ? { status } : {}),
      ...(isSort(sort) ? { sort } : {}),
      ...(/^\d{1,9}$/.test(from) ? { cursor: from } : {}),
    },
    search !== '' || isStatus(status),
  ];
}

export function ListTools() {
  const [status] = useQueryText('status');
  const [sort] = useQueryText('sort');
  return (
    <div className="list-tools" role="search" aria-label="Tokens">
      <SearchField label="Search by name or id" resets={{ from: '' }} />
      <select
        aria-label="Show"
        value={isStatus(status) ? status : ''}
        onChange={(event) => setQuery({ status: event.target.value, from: '' })}
      >
        <option value="">All tokens</option>
        {Object.entries(STATUSES).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <select
        aria-label="Order"
        value={isSort(sort) ? sort : 'created'}
        onChange={(event) => setQuery({ sort: event.target.value, from: '' })}
      >
        {Object.entries(SORTS).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}
