import { operations, type TokenResource } from '@postern/contract';
import { useState, type FormEvent } from 'react';
import { call } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';

export interface RenameDialogProps {
  readonly token: TokenResource;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function RenameDialog({ token, onClose, onDone }: RenameDialogProps) {
  const [name, setName] = useState(token.name);
  const renaming = useAct();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    renaming.run(async () => {
      await call(operations.renameToken, { params: { token: token.id }, body: { name: name.trim() } });
      onDone();
    });
  };
  return (
    <Dialog title="Rename the token" onClose={onClose}>
      <form onSubmit={submit} className="stack">
        <Field
          label="Name"
          hint="Only people see it. The token itself stays as it is."
          error={renaming.error?.message}
        >
          {(control) => (
            <input
              {...control}
              type="text"
              required
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={renaming.busy}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
