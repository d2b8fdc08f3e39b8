import { operations, type TokenResource } from '@postern/contract';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Time } from '../../components/time.tsx';
import { LifetimeField } from '../../tokens/lifetime-field.tsx';
import { TokenShown } from '../../tokens/token-shown.tsx';

type Rotated = z.output<typeof operations.rotateToken.output>;

export interface RotateDialogProps {
  readonly token: TokenResource;
  /** Also after a successor was made. */
  readonly onClose: () => void;
  readonly title?: string;
  /** Restrictions the successor has besides, in JSON. */
  readonly caveats?: readonly Caveat[];
  /** Whether there is all it takes to make the successor; yes unless given. */
  readonly ready?: boolean;
  /** What it is about. */
  readonly children?: ReactNode;
}

type Caveat = z.output<typeof operations.narrowToken.output>['proposals'][number]['caveat'];

const GRACES: ReadonlyArray<readonly [grace: string, label: string]> = [
  ['1h', 'One hour'],
  ['24h', 'One day'],
  ['168h', 'Seven days'],
];

const SAME = (
  <p>
    A new token with the same restrictions takes its place. Put it where the old one is, then let that die.
  </p>
);

/** Makes a successor that allows the same; the old token dies after a while, or when the new one is first used. */
export function RotateDialog(props: RotateDialogProps) {
  const { token, onClose, title = 'Rotate the token', caveats = [], ready = true, children = SAME } = props;
  const [expiry, setExpiry] = useState('48h');
  const [grace, setGrace] = useState('24h');
  const [onFirstUse, setOnFirstUse] = useState(true);
  const [rotated, setRotated] = useState<Rotated>();
  const rotating = useAct();
  if (rotated !== undefined) {
    return (
      <Dialog
        title="The new token"
        wide
        actions={
          <>
            <ButtonLink to={`/tokens/${encodeURIComponent(rotated.record.id)}`}>Open its page</ButtonLink>
            <Button kind="primary" onClick={onClose}>
              Done
            </Button>
          </>
        }
      >
        <TokenShown token={rotated.token} record={rotated.record} />
        {rotated.old_dies_at !== null && (
          <p>
            The old token works until then, <Time at={rotated.old_dies_at} />
            {onFirstUse && ', or until the new one is first used'}.
          </p>
        )}
      </Dialog>
    );
  }
  const rotate = async (): Promise<void> => {
    setRotated(
      await call(operations.rotateToken, {
        params: { token: token.id },
        body: { expiry: expiry.trim(), grace, on_first_use: onFirstUse, caveats: [...caveats] },
      }),
    );
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={rotating.busy} disabled={!ready} onClick={() => rotating.run(rotate)}>
            Make the new token
          </Button>
        </>
      }
    >
      {children}
      <LifetimeField
        label="The new one lives"
        value={expiry}
        onChange={setExpiry}
        organization={token.organization}
      />
      <fieldset>
        <legend className="field-label">The old one dies after, at the latest</legend>
        <div className="chips">
          {GRACES.map(([value, label]) => (
            <label key={value} className="chip">
              <input type="radio" name="grace" checked={grace === value} onChange={() => setGrace(value)} />
              {label}
            </label>
          ))}
        </div>
      </fieldset>
      <label className="check">
        <input
          type="checkbox"
          checked={onFirstUse}
          onChange={(event) => setOnFirstUse(event.target.checked)}
        />
        Already when the new one is first used
      </label>
      {rotating.error !== undefined && <ErrorNotice error={rotating.error} />}
    </Dialog>
  );
}
