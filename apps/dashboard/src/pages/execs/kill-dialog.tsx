import { operations, type ExecResource } from '@postern/contract';
import { call } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { shortCommand } from '../../execs/clip.ts';

export interface KillDialogProps {
  readonly exec: ExecResource;
  readonly onClose: () => void;
  readonly onKilled: () => void;
}

export function KillDialog({ exec, onClose, onKilled }: KillDialogProps) {
  return (
    <ConfirmDialog
      title="Kill this exec?"
      act="Kill"
      danger
      onClose={onClose}
      onConfirm={async () => {
        await call(operations.killExec, { params: { exec: exec.id }, body: {} });
        onKilled();
      }}
    >
      <p>
        <code className="command" dir="ltr">
          {shortCommand(exec.command)}
        </code>
      </p>
      <p>
        The command and everything it has started are asked to end, and are ended two seconds later if they go
        on. What it has done until then stays. The audit log says who killed it.
      </p>
    </ConfirmDialog>
  );
}
