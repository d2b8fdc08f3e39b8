import { formatGoDuration, operations } from '@postern/contract';
import { useState, type FormEvent } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { loadSession } from '../../api/sign-in.ts';
import { useAct } from '../../api/use-act.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { Name } from '../../components/text.tsx';
import { readLifetime } from '../../tokens/lifetime-field.tsx';

type Organization = z.output<typeof operations.showOrganization.output>;

export interface OrganizationSectionProps {
  readonly organization: Organization;
  readonly admin: boolean;
  readonly onChanged: () => void;
}

/** The name, and how long new tokens may live. */
export function OrganizationSection({ organization, admin, onChanged }: OrganizationSectionProps) {
  return (
    <section className="card stack">
      <h2>Organization</h2>
      {admin ? (
        <OrganizationForm organization={organization} onChanged={onChanged} />
      ) : (
        <dl className="facts">
          <dt>Name</dt>
          <dd>
            <Name>{organization.name}</Name>
          </dd>
          <dt>New tokens live</dt>
          <dd>{maximumText(organization.max_token_lifetime_seconds)}</dd>
        </dl>
      )}
      <p className="hint">
        Its address is <code>{organization.slug}</code>.
      </p>
    </section>
  );
}

function OrganizationForm({ organization, onChanged }: Omit<OrganizationSectionProps, 'admin'>) {
  const before = organization.max_token_lifetime_seconds;
  const [name, setName] = useState(organization.name);
  const [maximum, setMaximum] = useState(before === null ? '' : durationText(before));
  const [saved, setSaved] = useState(false);
  const saving = useAct();
  const lifetime = maximum.trim() === '' ? null : readLifetime(maximum);
  const wrong = maximum.trim() !== '' && (lifetime === null || lifetime === undefined || lifetime < 60_000);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setSaved(false);
    if (wrong) return;
    saving.run(async () => {
      await call(operations.updateOrganization, {
        params: { org: organization.slug },
        body: {
          name: name.trim(),
          max_token_lifetime_seconds: typeof lifetime === 'number' ? Math.floor(lifetime / 1000) : null,
        },
      });
      setSaved(true);
      onChanged();
      // The navigation and the forms for tokens know it from there.
      await loadSession();
    });
  };
  return (
    <form onSubmit={submit} className="stack settings-form">
      <Field label="Name">
        {(control) => (
          <input
            {...control}
            type="text"
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Longest life of a new token"
        hint="Such as 720h for 30 days. Empty is no maximum. Tokens that live longer already stay as they are."
        error={wrong ? 'Write a duration of a minute or more, such as 48h.' : undefined}
      >
        {(control) => (
          <input
            {...control}
            type="text"
            className="short-input"
            placeholder="no maximum"
            value={maximum}
            onChange={(event) => setMaximum(event.target.value)}
          />
        )}
      </Field>
      {saving.error !== undefined && <ErrorNotice error={saving.error} />}
      <div className="row">
        <Button kind="primary" type="submit" busy={saving.busy}>
          Save
        </Button>
        <div role="status">{saved && <Notice kind="good" title="Saved" />}</div>
      </div>
    </form>
  );
}

function maximumText(seconds: number | null): string {
  return seconds === null ? 'as long as they are asked for' : `${durationText(seconds)} at most`;
}

/** `720h`, not `720h0m0s`. */
function durationText(seconds: number): string {
  return formatGoDuration(seconds * 1000).replace(/(?<=[hm])(?:0m)?0s$/, '');
}
