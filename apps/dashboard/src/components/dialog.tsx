import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export interface DialogProps {
  readonly title: string;
  /** Closing is asked for: the Escape key, the cross, the background. Without it the dialog cannot be closed. */
  readonly onClose?: () => void;
  readonly children: ReactNode;
  /** Buttons at the foot, the one that acts last. */
  readonly actions?: ReactNode;
  readonly wide?: boolean;
}

/** A question before the page. The browser's own dialog keeps the focus in it and gives it back afterwards. */
export function Dialog({ title, onClose, children, actions, wide }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    if (shown !== null && !shown.open) shown.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide === true ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={(event) => {
        // Dialogs inside this one say so too.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose?.();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose?.();
      }}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={heading}>{title}</h2>
          {onClose !== undefined && (
            <Button kind="quiet" small aria-label="Close" onClick={onClose}>
              <Icon name="close" />
            </Button>
          )}
        </header>
        {children}
        {actions !== undefined && <footer className="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}
