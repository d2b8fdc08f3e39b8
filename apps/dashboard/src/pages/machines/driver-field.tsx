/** What the new machine is, and which agent reaches it. */
import type { operations, MachineResource } from '@postern/contract';
import type { z } from 'zod';
import { Field } from '../../components/field.tsx';
import { visibleText } from '../../components/text.tsx';

type Driver = NonNullable<z.input<typeof operations.addMachine.body>['driver']>;

export interface DriverDraft {
  readonly kind: Driver['kind'];
  readonly container: string;
  readonly host: string;
  readonly user: string;
  /** Id of a machine, {@link OWN_AGENT}, or `''` while nothing was chosen. */
  readonly beside: string;
}

/** An agent that is still to come. */
export const OWN_AGENT = 'own';

const KINDS: ReadonlyArray<readonly [kind: Driver['kind'], label: string, hint: string]> = [
  ['process', 'A host', 'An agent of its own runs on it, and runs the commands there.'],
  ['docker', 'A container', 'An agent on the host of the container engine reaches it.'],
  [
    'ssh',
    'A host over SSH',
    'An agent elsewhere reaches it with the OpenSSH client; nothing is installed there.',
  ],
];

/** @returns the driver as the server takes it. */
export function driverOf({ kind, container, host, user }: DriverDraft): Driver {
  switch (kind) {
    case 'process':
      return { kind };
    case 'docker':
      return { kind, container: container.trim() };
    case 'ssh':
      return { kind, host: host.trim(), ...(user.trim() === '' ? {} : { user: user.trim() }) };
  }
}

export interface DriverFieldProps {
  readonly value: DriverDraft;
  readonly agents: readonly MachineResource[];
  readonly servedBy: string;
  readonly onChange: (change: Partial<DriverDraft>) => void;
}

export function DriverField({ value, agents, servedBy, onChange }: DriverFieldProps) {
  return (
    <>
      <fieldset>
        <legend className="field-label">What it is</legend>
        <div className="chips">
          {KINDS.map(([kind, label]) => (
            <label key={kind} className="chip">
              <input
                type="radio"
                name="driver"
                checked={value.kind === kind}
                onChange={() => onChange({ kind })}
              />
              {label}
            </label>
          ))}
        </div>
        <p className="hint profile-hint">{KINDS.find(([kind]) => kind === value.kind)?.[2]}</p>
      </fieldset>
      {value.kind === 'docker' && (
        <TextField
          label="Container"
          hint="Its name or id, as the engine lists it."
          placeholder="web-1"
          value={value.container}
          onChange={(container) => onChange({ container })}
        />
      )}
      {value.kind === 'ssh' && (
        <>
          <TextField
            label="Host"
            hint="Its key must be known to the agent; an unknown one is refused."
            placeholder="db1.example.com"
            value={value.host}
            onChange={(host) => onChange({ host })}
          />
          <TextField
            label="User"
            hint="Left empty, what the SSH configuration of the agent says."
            value={value.user}
            optional
            onChange={(user) => onChange({ user })}
          />
        </>
      )}
      {value.kind !== 'process' && (
        <Field label="Reached by the agent of">
          {(control) => (
            <select
              {...control}
              value={servedBy}
              onChange={(event) => onChange({ beside: event.target.value })}
            >
              {agents.map(({ id, name, state }) => (
                <option key={id} value={id}>
                  {visibleText(name)} ({id}){state === 'unreachable' ? ', unreachable now' : ''}
                </option>
              ))}
              <option value={OWN_AGENT}>an agent that is still to join</option>
            </select>
          )}
        </Field>
      )}
    </>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly optional?: boolean;
  readonly onChange: (value: string) => void;
}

function TextField({ label, hint, placeholder, value, optional, onChange }: TextFieldProps) {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <input
          {...control}
          type="text"
          required={optional !== true}
          maxLength={256}
          placeholder={placeholder}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
