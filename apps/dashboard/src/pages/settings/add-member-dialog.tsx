import { operations, type Role } from '@postern/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { CopyBlock } from '../../components/copy.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { visibleText } from '../../components/text.tsx';
import { Time } from '../../components/time.tsx';
import { isRole, ROLES } from './roles.ts';

type Added = z.output<typeof operations.addMember.output>;

export interface AddMemberDialogProps {
  readonly org: string;
  readonly onClose: () => void;
  readonly onAdded: () => void;
}

export function AddMemberDialog({ org, onClose, onAdded }: AddMemberDialogProps) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const [added, setAdded] = useState<Added>();
  if (added !== undefined && added.login_url !== null) {
    return (
      <Dialog
        title={`${visibleText(added.user.email)} is new here`}
        actions={
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <p>
          Give them this link. It signs in whoever opens it first, once
          {added.login_expires_at !== null && (
            <>
              , and ends <Time at={added.login_expires_at} />
            </>
          )}
          .
        </p>
        <CopyBlock text={added.login_url} label="Copy the one-time link" />
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      title="Add a member"
      act="Add"
      ready={email.trim() !== ''}
      onClose={onClose}
      onConfirm={async () => {
        const answer = await call(operations.addMember, {
          params: { org },
          body: { email: email.trim(), role },
        });
        onAdded();
        if (answer.login_url === null) onClose();
        else setAdded(answer);
      }}
    >
      <Field label="Email">
        {(control) => (
          <input
            {...control}
            type="email"
            required
            maxLength={254}
            autoComplete="off"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label="Role" hint={ROLES[role].may}>
        {(control) => (
          <select
            {...control}
            value={role}
            onChange={({ target }) => {
              if (isRole(target.value)) setRole(target.value);
            }}
          >
            {Object.entries(ROLES).map(([value, { title }]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Field>
    </ConfirmDialog>
  );
}
