/** Filters of the audit log: who did what where and when, and how that came out. */
import { operations } from '@postern/contract';
import { useCall } from '../api/use-call.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { SearchField } from '../components/search-field.tsx';
import { visibleText } from '../components/text.tsx';
import { clip } from '../execs/clip.ts';
import { setQuery } from '../router/location.ts';
import { useApps } from '../shell/place.ts';
import { FIRST_PAGE, type Filter } from './query.ts';

/** What is written of an organization; others can be asked for by their name in the address. */
const ACTIONS = [
  'exec.run',
  'exec.kill',
  'token.mint',
  'token.rename',
  'token.rotate',
  'token.revoke',
  'machine.add',
  'machine.rename',
  'machine.remove',
  'agent.join',
  'app.create',
  'app.update',
  'app.delete',
  'member.add',
  'member.update',
  'member.remove',
  'org.create',
  'org.update',
] as const;

const OUTCOMES = ['allowed', 'refused', 'done'] as const;

export interface FiltersProps {
  readonly organization: string;
  readonly filter: Filter;
}

export function Filters({ organization, filter }: FiltersProps) {
  const apps = (useApps().data?.apps ?? []).filter((app) => app.organization.slug === organization);
  const members = useCall(operations.listMembers, { params: { org: organization } }).data?.members ?? [];
  return (
    <div className="audit-tools" role="search" aria-label="Audit entries">
      <SearchField label="Search in entries" resets={FIRST_PAGE} />
      <Choice name="action" label="Action" all="Every action" value={filter.action} choices={ACTIONS} />
      <Choice name="outcome" label="Outcome" all="Every outcome" value={filter.outcome} choices={OUTCOMES} />
      <Choice
        name="app"
        label="App"
        all="Every app"
        value={filter.app}
        choices={apps.map(({ name }) => name)}
      />
      <Choice
        name="actor"
        label="By"
        all="By everybody"
        value={filter.actor}
        choices={[...members.map(({ user }) => `user:${user.email}`), 'system', 'nobody']}
      />
      <Moment name="since" label="From" value={filter.since} />
      <Moment name="until" label="Before" value={filter.until} />
      <Only name="token" label="Only of the token" value={filter.token} />
      <Only name="exec" label="Only of the exec" value={filter.exec} />
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly all: string;
  readonly value: string | undefined;
  readonly choices: readonly string[];
}

function Choice({ name, label, all, value = '', choices }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => setQuery({ ...FIRST_PAGE, [name]: event.target.value })}
    >
      <option value="">{all}</option>
      {value !== '' && !choices.includes(value) && <option value={value}>{shown(value)}</option>}
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {shown(choice)}
        </option>
      ))}
    </select>
  );
}

function shown(text: string): string {
  return visibleText(clip(text, 60));
}

interface MomentProps {
  readonly name: string;
  readonly label: string;
  readonly value: string | undefined;
}

/** A moment in the reader's time zone. */
function Moment({ name, label, value }: MomentProps) {
  return (
    <label className="audit-moment">
      <span>{label}</span>
      <input
        type="datetime-local"
        value={value === undefined ? '' : localText(new Date(value))}
        onChange={(event) => {
          const { value: text } = event.target;
          setQuery({ ...FIRST_PAGE, [name]: text === '' ? '' : new Date(text).toISOString() });
        }}
      />
    </label>
  );
}

/** `2026-11-25T09:30` in the reader's time zone, as the field wants it. */
function localText(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A filter that is set by links: it is shown where it is, and taken away. */
function Only({ name, label, value }: MomentProps) {
  if (value === undefined) return null;
  return (
    <p className="audit-only">
      {label} <code>{visibleText(value)}</code>
      <Button
        small
        kind="quiet"
        aria-label={`${label}: do not filter`}
        onClick={() => setQuery({ ...FIRST_PAGE, [name]: '' })}
      >
        <Icon name="close" />
      </Button>
    </p>
  );
}
