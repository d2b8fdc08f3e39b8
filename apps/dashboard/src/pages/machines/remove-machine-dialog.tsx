import { operations, type MachineResource } from '@postern/contract';
import { call } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { visibleText } from '../../components/text.tsx';
import { EndedExecs } from './ended-execs.tsx';

export interface RemoveMachineDialogProps {
  readonly app: string;
  readonly machine: MachineResource;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

/** Says what stops before a machine is removed. */
export function RemoveMachineDialog({ app, machine, onClose, onRemoved }: RemoveMachineDialogProps) {
  return (
    <ConfirmDialog
      title={`Remove ${visibleText(machine.name)}?`}
      act="Remove it"
      danger
      onConfirm={async () => {
        await call(operations.removeMachine, { params: { app, machine: machine.id } });
        onRemoved();
      }}
      onClose={onClose}
    >
      <EndedExecs app={app} machine={machine} />
      <p>
        No command can be run on it any more, and tokens for this machine alone run nothing. The machine
        itself stays as it is. What ran on it stays in the audit log.
      </p>
      <p>To bring it back, it has to be added and joined again, and gets another id.</p>
    </ConfirmDialog>
  );
}
