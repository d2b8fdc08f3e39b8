/** Questions about apps: create, rename, delete. */
import { operations } from '@postern/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { useCall } from '../../api/use-call.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { COUNTED_AFTER_PAGE } from '../../components/pager.tsx';
import { visibleText } from '../../components/text.tsx';

type App = z.output<typeof operations.showApp.output>;

interface Closing {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function CreateAppDialog({ org, onClose, onDone }: Closing & { readonly org: string }) {
  const [name, setName] = useState('');
  return (
    <ConfirmDialog
      title="Create an app"
      act="Create"
      ready={name.trim() !== ''}
      onClose={onClose}
      onConfirm={async () => {
        await call(operations.createApp, { body: { name: name.trim(), org_slug: org } });
        onDone();
      }}
    >
      <NameField label="Name" value={name} onChange={setName} />
    </ConfirmDialog>
  );
}

export function RenameAppDialog({ app, onClose, onDone }: Closing & { readonly app: App }) {
  const [name, setName] = useState(app.name);
  return (
    <ConfirmDialog
      title={`Rename ${visibleText(app.name)}`}
      act="Rename"
      ready={name.trim() !== '' && name.trim() !== app.name}
      onClose={onClose}
      onConfirm={async () => {
        await call(operations.updateApp, { params: { app: app.name }, body: { name: name.trim() } });
        onDone();
      }}
    >
      <NameField label="New name" value={name} onChange={setName} />
      <Notice kind="warn" title="Whoever names the app must use the new name">
        <p>Its tokens and machines stay as they are, but scripts that say -a {app.name} do not find it.</p>
      </Notice>
    </ConfirmDialog>
  );
}

/** Asks for the name: with the app go its machines and every token. */
export function DeleteAppDialog({ app, onClose, onDone }: Closing & { readonly app: App }) {
  const [typed, setTyped] = useState('');
  const live = useCall(operations.listAppTokens, {
    params: { app: app.name },
    query: { status: 'live', limit: 1 },
  });
  const tokens = live.data?.total;
  return (
    <ConfirmDialog
      title={`Delete ${visibleText(app.name)}?`}
      act="Delete the app"
      danger
      ready={typed === app.name}
      onClose={onClose}
      onConfirm={async () => {
        await call(operations.deleteApp, { params: { app: app.name }, query: {} });
        onDone();
      }}
    >
      <Notice kind="warn" title="With it go">
        <ul className="notes">
          <li>
            {app.machine_count} {app.machine_count === 1 ? 'machine' : 'machines'}: nothing can be run on them
            through Postern any more
          </li>
          <li>
            {tokens !== undefined && tokens > COUNTED_AFTER_PAGE ? 'more than a thousand' : (tokens ?? 'all')}{' '}
            live {tokens === 1 ? 'token' : 'tokens'}, revoked at once; commands that run now are ended
          </li>
        </ul>
      </Notice>
      <p className="hint">The audit log keeps what was done. This cannot be undone.</p>
      <Field label={`Type ${app.name} to confirm`}>
        {(control) => (
          <input
            {...control}
            type="text"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}

interface NameFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function NameField({ label, value, onChange }: NameFieldProps) {
  return (
    <Field
      label={label}
      hint="Lowercase letters, digits and inner hyphens; no other app of the server has it."
    >
      {(control) => (
        <input
          {...control}
          type="text"
          required
          maxLength={63}
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
