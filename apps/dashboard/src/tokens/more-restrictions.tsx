import { Field } from '../components/field.tsx';
import type { Draft } from './draft.ts';

export interface MoreRestrictionsProps {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** What most tokens leave open. */
export function MoreRestrictions({ draft, onChange }: MoreRestrictionsProps) {
  const runs = draft.profile === 'machine_exec';
  return (
    <details className="more">
      <summary>More restrictions</summary>
      <div className="stack">
        <Field label="Only from networks" hint="Such as 10.0.0.0/8 or 2001:db8::/32; several with commas.">
          {(control) => (
            <input
              {...control}
              type="text"
              className="code-input"
              value={draft.networks}
              onChange={(event) => onChange({ networks: event.target.value })}
            />
          )}
        </Field>
        {runs && (
          <>
            <Field label="Longest run of a command" hint="Such as 30s or 5m.">
              {(control) => (
                <input
                  {...control}
                  type="text"
                  className="short-input"
                  value={draft.maxTimeout}
                  onChange={(event) => onChange({ maxTimeout: event.target.value })}
                />
              )}
            </Field>
            <Check
              label="Without stdin"
              checked={draft.noStdin}
              onChange={(noStdin) => onChange({ noStdin })}
            />
            <Check
              label="Without a terminal"
              checked={draft.noTty}
              onChange={(noTty) => onChange({ noTty })}
            />
            <Check
              label="Not even read the app and its machines"
              checked={draft.noRead}
              onChange={(noRead) => onChange({ noRead })}
            />
          </>
        )}
      </div>
    </details>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}
