/** Asks before tokens are revoked, and says what will stop working. */
import { operations, type TokenResource } from '@postern/contract';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { useCall } from '../../api/use-call.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { Command, Name, visibleText } from '../../components/text.tsx';
import { Time } from '../../components/time.tsx';
import { Allows } from '../../tokens/allows.tsx';
import { useMachineNames } from '../../tokens/machine-names.ts';

/** What the server takes in one request. */
const IDS_PER_REQUEST = 1000;
const RECENT_MS = 7 * 86_400_000;
/** Names a question can still be read with. */
const NAMED = 8;

export interface RevokeDialogProps {
  readonly organization: string;
  readonly tokens: readonly TokenResource[];
  readonly onClose: () => void;
  /** Called when every token is revoked. */
  readonly onRevoked: () => void;
}

export function RevokeDialog({ organization, tokens, onClose, onRevoked }: RevokeDialogProps) {
  const [reason, setReason] = useState('');
  const revoking = useAct();
  const [only] = tokens;
  const single = tokens.length === 1 ? only : undefined;
  const revoke = async (): Promise<void> => {
    const because = reason.trim() === '' ? {} : { reason: reason.trim() };
    const ids = tokens.map(({ id }) => id);
    for (let at = 0; at < ids.length; at += IDS_PER_REQUEST) {
      await call(operations.revokeManyTokens, {
        params: { org: organization },
        body: { ids: ids.slice(at, at + IDS_PER_REQUEST), ...because },
      });
    }
    onRevoked();
  };
  const what = single === undefined ? `${tokens.length} tokens` : 'this token';
  return (
    <Dialog
      title={`Revoke ${what}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep {single === undefined ? 'them' : 'it'}</Button>
          <Button kind="danger" busy={revoking.busy} onClick={() => revoking.run(revoke)}>
            Revoke {what}
          </Button>
        </>
      }
    >
      {single === undefined ? <ManyLosses tokens={tokens} /> : <Loss token={single} />}
      <p className="hint">
        Everything that was narrowed from {single === undefined ? 'them' : 'it'} stops as well, at the next
        request. Commands that run now are ended. This cannot be undone.
      </p>
      <Field label="Reason" hint="Kept in the audit log. May be left empty.">
        {(control) => (
          <input
            {...control}
            type="text"
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {revoking.error !== undefined && <ErrorNotice error={revoking.error} />}
    </Dialog>
  );
}

function Loss({ token }: { readonly token: TokenResource }) {
  const machineName = useMachineNames(token.app);
  const running = useCall(
    operations.listExecs,
    token.app === null
      ? undefined
      : { params: { app: token.app }, query: { token: token.id, state: 'running' } },
    ['exec'],
  );
  const count = running.data?.execs.length ?? 0;
  return (
    <>
      <p>
        Whoever holds <b>{visibleText(token.name)}</b> can no longer run:
      </p>
      <div className="loss">
        <Allows token={token} machineName={machineName} />
      </div>
      <LastUse token={token} />
      {count > 0 && (
        <Notice kind="warn" title={`${count} ${count === 1 ? 'command runs' : 'commands run'} now`}>
          <p>{count === 1 ? 'It is' : 'They are'} ended at once.</p>
        </Notice>
      )}
    </>
  );
}

function LastUse({ token }: { readonly token: TokenResource }) {
  if (token.last_used_at === null) return <p>It was never used.</p>;
  return (
    <p>
      Last used <Time at={token.last_used_at} />
      {token.last_used_from !== null && ` from ${visibleText(token.last_used_from)}`}
      {token.last_used_command !== null && (
        <>
          {' for '}
          <Command argv={token.last_used_command} />
        </>
      )}
      , {token.uses} {token.uses === 1 ? 'use' : 'uses'} in all.
    </p>
  );
}

function ManyLosses({ tokens }: { readonly tokens: readonly TokenResource[] }) {
  const now = Date.now();
  const recent = tokens.filter(
    ({ last_used_at }) => last_used_at !== null && now - Date.parse(last_used_at) < RECENT_MS,
  );
  const rest = tokens.length - NAMED;
  return (
    <>
      <ul className="loss loss-names">
        {tokens.slice(0, NAMED).map((token) => (
          <li key={token.id}>
            <Name>{token.name}</Name>{' '}
            <span className="muted">
              {token.last_used_at === null ? (
                'never used'
              ) : (
                <>
                  last used <Time at={token.last_used_at} />
                </>
              )}
            </span>
          </li>
        ))}
        {rest > 0 && <li className="muted">and {rest} more</li>}
      </ul>
      {recent.length > 0 && (
        <Notice
          kind="warn"
          title={`${recent.length} of them ${recent.length === 1 ? 'was' : 'were'} used in the last 7 days`}
        >
          <p>What uses {recent.length === 1 ? 'it' : 'them'} will be refused.</p>
        </Notice>
      )}
    </>
  );
}
