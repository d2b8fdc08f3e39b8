import { machineNameSchema, operations, type MachineResource } from '@postern/contract';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field } from '../../components/field.tsx';

export interface RenameMachineDialogProps {
  readonly app: string;
  readonly machine: MachineResource;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function RenameMachineDialog({ app, machine, onClose, onDone }: RenameMachineDialogProps) {
  const [name, setName] = useState(machine.name);
  const parsed = machineNameSchema.safeParse(name.trim());
  return (
    <ConfirmDialog
      title="Rename the machine"
      act="Rename"
      ready={parsed.success}
      onConfirm={async () => {
        const params = { app, machine: machine.id };
        await call(operations.updateMachine, { params, body: { name: name.trim() } });
        onDone();
      }}
      onClose={onClose}
    >
      <Field
        label="Name"
        hint="Its id stays, and so does what tokens allow on it."
        error={parsed.success || name.trim() === '' ? undefined : parsed.error.issues[0]?.message}
      >
        {(control) => (
          <input
            {...control}
            type="text"
            required
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
