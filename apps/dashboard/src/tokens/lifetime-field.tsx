/** How long a token lives: short ones first, and what longer ones cost. */
import { formatGoDuration, parseGoDuration } from '@postern/contract';
import { useId, useState } from 'react';
import { useOrganizationFacts } from '../shell/organization-facts.ts';

const HOUR_MS = 3_600_000;
const LONG_MS = 90 * 24 * HOUR_MS;

const CHOICES: ReadonlyArray<readonly [expiry: string, label: string]> = [
  ['15m', '15 minutes'],
  ['1h', '1 hour'],
  ['8h', '8 hours'],
  ['48h', '2 days'],
  ['168h', '7 days'],
  ['720h', '30 days'],
  ['2160h', '90 days'],
];

export interface LifetimeFieldProps {
  readonly label: string;
  /** A Go duration; `0` is for ever. */
  readonly value: string;
  readonly onChange: (expiry: string) => void;
  /** Slug of the organization, which may set a maximum. */
  readonly organization: string | undefined;
}

/** Milliseconds of a lifetime as typed; null is for ever, undefined is no duration. */
export function readLifetime(expiry: string): number | null | undefined {
  try {
    const milliseconds = parseGoDuration(expiry.trim());
    return milliseconds < 0 ? undefined : milliseconds === 0 ? null : milliseconds;
  } catch {
    return undefined;
  }
}

/** Longest life of a new token in the organization, in milliseconds; undefined is no maximum. */
function useMaximumLifetime(organization: string | undefined): number | undefined {
  const seconds = useOrganizationFacts(organization)?.max_token_lifetime_seconds;
  return seconds === null || seconds === undefined ? undefined : seconds * 1000;
}

export function LifetimeField({ label, value, onChange, organization }: LifetimeFieldProps) {
  const name = useId();
  const maximum = useMaximumLifetime(organization);
  const choices = CHOICES.filter(([expiry]) => (readLifetime(expiry) ?? 0) <= (maximum ?? Infinity));
  const [custom, setCustom] = useState(!choices.some(([expiry]) => expiry === value));
  const lifetime = readLifetime(value);
  return (
    <fieldset className="lifetime">
      <legend className="field-label">{label}</legend>
      <div className="chips">
        {choices.map(([expiry, text]) => (
          <label key={expiry} className="chip">
            <input
              type="radio"
              name={name}
              checked={!custom && value === expiry}
              onChange={() => {
                setCustom(false);
                onChange(expiry);
              }}
            />
            {text}
          </label>
        ))}
        <label className="chip">
          <input type="radio" name={name} checked={custom} onChange={() => setCustom(true)} />
          Another time
        </label>
      </div>
      {custom && (
        <input
          type="text"
          className="short-input"
          aria-label="Lifetime, such as 90m or 36h; 0 is for ever"
          placeholder="36h, or 0 for ever"
          aria-invalid={lifetime === undefined ? true : undefined}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {lifetime === null && <p className="hint warn-text">It never expires: only revoking it ends it.</p>}
      {lifetime !== null && lifetime !== undefined && lifetime > LONG_MS && (
        <p className="hint warn-text">Longer than 90 days. Whoever finds it later can still use it.</p>
      )}
      {lifetime === undefined && <p className="field-error">Write a duration such as 90m, 36h.</p>}
      {maximum !== undefined && (
        <p className="hint">This organization allows {formatGoDuration(maximum)} at most.</p>
      )}
    </fieldset>
  );
}
