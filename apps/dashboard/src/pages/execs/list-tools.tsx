/** Filters of a list of execs. They stand in the address, so a link keeps them. */
import type { CallInput } from '@postern/client';
import { operations } from '@postern/contract';
import { useCall } from '../../api/use-call.ts';
import { visibleText } from '../../components/text.tsx';
import { clip } from '../../execs/clip.ts';
import { setQuery, useQueryText } from '../../router/location.ts';
import { useMachines } from '../../tokens/machine-names.ts';

export const PAGE_SIZE = 50;
/** Tokens to choose from, those used last first. */
const TOKENS = 100;

type Query = NonNullable<CallInput<typeof operations.listExecs>['query']>;
type State = NonNullable<Query['state']>;

const STATES: Readonly<Record<State, string>> = {
  running: 'Running',
  failed: 'Failed',
  done: 'Ended',
  unknown: 'End not known',
};

const isState = (text: string): text is State => Object.hasOwn(STATES, text);

/** Every parameter of the address; `setQuery(NO_FILTER)` shows everything. */
export const NO_FILTER = { state: '', machine: '', token: '', from: '' } as const;

/** What the address asks for, and whether that leaves execs out. */
export function useListQuery(): [query: Query, filtered: boolean] {
  const [state] = useQueryText('state');
  const [machine] = useQueryText('machine');
  const [token] = useQueryText('token');
  const [from] = useQueryText('from');
  return [
    {
      limit: PAGE_SIZE,
      ...(isState(state) ? { state } : {}),
      ...(machine === '' ? {} : { machine: machine.slice(0, 128) }),
      ...(token === '' ? {} : { token: token.slice(0, 128) }),
      ...(/^\d{1,9}$/.test(from) ? { cursor: from } : {}),
    },
    isState(state) || machine !== '' || token !== '',
  ];
}

export function ListTools({ app }: { readonly app: string }) {
  const [state] = useQueryText('state');
  const [machine] = useQueryText('machine');
  const [token] = useQueryText('token');
  const machines = useMachines(app);
  // Uses are counted a little later than they happen: a token is offered whether it was used or not.
  const tokens = useCall(
    operations.listAppTokens,
    { params: { app }, query: { sort: 'last_used', limit: TOKENS } },
    ['token'],
  );
  const tokenChoices = (tokens.data?.tokens ?? []).map(({ id, name }) => ({ id, name: clip(name, 60) }));
  return (
    <div className="exec-tools" role="search" aria-label="Execs">
      <select
        aria-label="Show"
        value={isState(state) ? state : ''}
        onChange={(event) => setQuery({ state: event.target.value, from: '' })}
      >
        <option value="">All execs</option>
        {Object.entries(STATES).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <Choice name="machine" label="Machine" all="All machines" value={machine} choices={machines} />
      <Choice name="token" label="Token" all="With or without a token" value={token} choices={tokenChoices} />
    </div>
  );
}

interface ChoiceProps {
  readonly name: 'machine' | 'token';
  readonly label: string;
  readonly all: string;
  readonly value: string;
  readonly choices: ReadonlyArray<{ readonly id: string; readonly name: string }>;
}

function Choice({ name, label, all, value, choices }: ChoiceProps) {
  const known = value === '' || choices.some(({ id }) => id === value);
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => setQuery({ [name]: event.target.value, from: '' })}
    >
      <option value="">{all}</option>
      {!known && <option value={value}>{visibleText(clip(value, 60))}</option>}
      {choices.map(({ id, name: text }) => (
        <option key={id} value={id}>
          {visibleText(text)}
        </option>
      ))}
    </select>
  );
}
