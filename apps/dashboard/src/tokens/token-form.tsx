/** The form that makes a token: what it may do on the left, what that comes to on the right. */
import { operations, type Profile, type TokenResource } from '@postern/contract';
import { useState, type FormEvent } from 'react';
import { call } from '../api/client.ts';
import { useAct } from '../api/use-act.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { CopyBlock } from '../components/copy.tsx';
import { Field } from '../components/field.tsx';
import { ErrorNotice, Notice } from '../components/notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { visibleText } from '../components/text.tsx';
import { ExactTime, useNow } from '../components/time.tsx';
import { allowanceOf } from './allowance.ts';
import { AllowanceText } from './allows.tsx';
import { DangerNotes } from './danger-notes.tsx';
import { readDraft, type Draft, type DraftPlace, type ReadDraft } from './draft.ts';
import { LifetimeField, readLifetime } from './lifetime-field.tsx';
import { useMachines, type MachineChoice } from './machine-names.ts';
import { MoreRestrictions } from './more-restrictions.tsx';
import { RulesField } from './rules-field.tsx';
import { TokenShown } from './token-shown.tsx';
import { TryBox } from './try-box.tsx';

export interface ProfileChoice {
  readonly profile: Profile;
  readonly label: string;
  readonly hint: string;
}

export interface TokenFormProps {
  readonly place: DraftPlace;
  /** The narrowest first. */
  readonly profiles: readonly [ProfileChoice, ...ProfileChoice[]];
  /** Where the list of these tokens is. */
  readonly list: string;
  /** Head of the page until there is a token. */
  readonly title: string;
}

interface Minted {
  readonly token: string;
  readonly record: TokenResource;
}

export function TokenForm({ place, profiles, list, title }: TokenFormProps) {
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(profiles[0].profile));
  const [asked, setAsked] = useState(false);
  const [minted, setMinted] = useState<Minted>();
  const minting = useAct();
  const now = useNow();
  const known = useMachines(place.app);
  const read = readDraft(draft, place, now);
  const change = (changed: Partial<Draft>): void => setDraft({ ...draft, ...changed });

  if (minted !== undefined) return <Created minted={minted} list={list} />;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(true);
    if (read.complete) minting.run(async () => setMinted(await mint(draft, place, read)));
  };
  const runs = draft.profile === 'machine_exec';
  const choice = profiles.find(({ profile }) => profile === draft.profile);
  return (
    <>
      <PageHeader title={title} />
      <form className="create" onSubmit={submit}>
        <div className="create-form card">
          <fieldset>
            <legend className="field-label">What for</legend>
            <div className="chips">
              {profiles.map(({ profile, label }) => (
                <label key={profile} className="chip">
                  <input
                    type="radio"
                    name="profile"
                    checked={draft.profile === profile}
                    onChange={() => change({ profile })}
                  />
                  {label}
                </label>
              ))}
            </div>
            <p className="hint profile-hint">{choice?.hint}</p>
          </fieldset>
          {runs && (
            <RulesField rules={draft.rules} read={read.rules} onChange={(rules) => change({ rules })} />
          )}
          {runs && known.length > 0 && (
            <MachinesField
              machines={known}
              chosen={draft.machines}
              onChange={(chosen) => change({ machines: chosen })}
            />
          )}
          <LifetimeField
            label="Lives for"
            value={draft.expiry}
            onChange={(expiry) => change({ expiry })}
            organization={place.organization}
          />
          <Field label="Name" hint="Who has it, or what it is for. Only people see it.">
            {(control) => (
              <input
                {...control}
                type="text"
                maxLength={200}
                placeholder="nightly migration"
                value={draft.name}
                onChange={(event) => change({ name: event.target.value })}
              />
            )}
          </Field>
          <MoreRestrictions draft={draft} onChange={change} />
          {asked && read.problems.length > 0 && (
            <Notice kind="warn" role="alert" title="Not yet">
              {read.problems.map((problem) => (
                <p key={problem}>{visibleText(problem)}</p>
              ))}
            </Notice>
          )}
          {minting.error !== undefined && <ErrorNotice error={minting.error} />}
          <div className="row">
            <Button kind="primary" type="submit" busy={minting.busy}>
              Create token
            </Button>
            <ButtonLink to={list} kind="quiet">
              Cancel
            </ButtonLink>
          </div>
        </div>
        <Preview draft={draft} read={read} machines={known} now={now} />
      </form>
    </>
  );
}

interface PreviewProps {
  readonly draft: Draft;
  readonly read: ReadDraft;
  readonly machines: readonly MachineChoice[];
  readonly now: number;
}

/** What the form comes to, while it is being filled in. */
function Preview({ draft, read, machines, now }: PreviewProps) {
  const lifetime = readLifetime(draft.expiry);
  const nothing = draft.profile === 'machine_exec' && !draft.rules.some(({ line }) => line.trim() !== '');
  const names = new Map(machines.map(({ id, name }) => [id, visibleText(name)]));
  return (
    <aside className="create-preview" aria-label="What this token will allow">
      <section className="card stack">
        <h2>Whoever holds it may run</h2>
        {nothing ? (
          <p className="muted">Nothing yet: write a command.</p>
        ) : draft.profile === 'readonly' ? (
          <p>Nothing. It reads the apps and machines of the organization.</p>
        ) : (
          <AllowanceText allowance={allowanceOf(read.caveats)} machineName={(id) => names.get(id) ?? id} />
        )}
        {typeof lifetime === 'number' && (
          <p className="muted">
            until <ExactTime at={new Date(now + lifetime).toISOString()} />
          </p>
        )}
        {lifetime === null && <p className="warn-text">for ever, unless you revoke it</p>}
      </section>
      {draft.profile !== 'readonly' && !nothing && <DangerNotes caveats={read.caveats} />}
      {draft.profile !== 'readonly' && (
        <section className="card">
          <TryBox caveats={read.caveats} machines={machines} />
        </section>
      )}
      <section className="card stack">
        <h2>The same on the command line</h2>
        <CopyBlock text={read.commandLine} label="Copy the command line" />
      </section>
    </aside>
  );
}

interface MachinesFieldProps {
  readonly machines: readonly MachineChoice[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function MachinesField({ machines, chosen, onChange }: MachinesFieldProps) {
  return (
    <fieldset>
      <legend className="field-label">Machines</legend>
      <p className="hint">None chosen: every machine of the app, also those added later.</p>
      <div className="chips">
        {machines.map(({ id, name }) => (
          <label key={id} className="chip" title={id}>
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={(event) =>
                onChange(
                  event.target.checked ? [...chosen, id].sort() : chosen.filter((other) => other !== id),
                )
              }
            />
            <bdi>{visibleText(name)}</bdi>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Created({ minted, list }: { readonly minted: Minted; readonly list: string }) {
  return (
    <>
      <PageHeader title="The token is ready" />
      <section className="card created">
        <TokenShown token={minted.token} record={minted.record} />
        <div className="row">
          <ButtonLink kind="primary" to={`/tokens/${encodeURIComponent(minted.record.id)}`}>
            I have it: to its page
          </ButtonLink>
          <ButtonLink to={list}>To the list</ButtonLink>
        </div>
      </section>
    </>
  );
}

function emptyDraft(profile: Profile): Draft {
  return {
    profile,
    rules: [{ key: 0, line: '', how: 'exact' }],
    machines: [],
    expiry: '48h',
    name: '',
    noRead: false,
    networks: '',
    maxTimeout: '',
    noStdin: false,
    noTty: false,
  };
}

async function mint(draft: Draft, place: DraftPlace, { request }: ReadDraft): Promise<Minted> {
  const lifetime = readLifetime(draft.expiry);
  const shared = {
    ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
    expiry: lifetime === null ? '' : draft.expiry.trim(),
    ...(request.caveats.length === 0 ? {} : { caveats: request.caveats }),
  };
  const { profile } = draft;
  if (profile === 'readonly' || profile === 'deploy_organization') {
    return call(operations.mintOrganizationToken, {
      params: { org: place.organization },
      body: { profile, ...shared },
    });
  }
  const forCommands = profile === 'machine_exec';
  return call(operations.mintAppToken, {
    params: { app: place.app ?? '' },
    body: {
      profile,
      ...shared,
      ...(forCommands ? { commands: request.commands } : {}),
      ...(forCommands && request.commandCaveats.length > 0
        ? { command_caveats: request.commandCaveats }
        : {}),
      ...(forCommands && draft.machines.length > 0 ? { machines: [...draft.machines] } : {}),
      ...(forCommands && draft.noRead ? { no_read: true } : {}),
    },
  });
}
