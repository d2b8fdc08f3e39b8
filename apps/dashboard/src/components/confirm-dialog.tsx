import type { ReactNode } from 'react';
import { useAct } from '../api/use-act.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNotice } from './notice.tsx';

export interface ConfirmDialogProps {
  readonly title: string;
  /** The word on the button that acts. */
  readonly act: string;
  readonly danger?: boolean;
  /** Whether there is all it takes to act; yes unless given. */
  readonly ready?: boolean;
  /** What is done. The dialog stays, with the error, when it throws. */
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
  /** What it means, and fields if it takes any; Enter in one of them acts. */
  readonly children: ReactNode;
}

/** Asks before something is done, and says what it means. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, act, danger, ready = true, onConfirm, onClose, children } = props;
  const acting = useAct();
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) acting.run(onConfirm);
        }}
      >
        {children}
        {acting.error !== undefined && <ErrorNotice error={acting.error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind={danger === true ? 'danger' : 'primary'}
            type="submit"
            disabled={!ready}
            busy={acting.busy}
          >
            {act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
