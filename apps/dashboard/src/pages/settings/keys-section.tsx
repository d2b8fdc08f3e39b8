import { operations } from '@postern/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Badge, type BadgeKind } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Notice } from '../../components/notice.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';

type Key = z.output<typeof operations.listKeys.output>['keys'][number];

const STATES: Readonly<Record<Key['state'], readonly [kind: BadgeKind, text: string]>> = {
  active: ['good', 'Signs new tokens'],
  verifying: ['plain', 'Verifies its own'],
  retired: ['bad', 'Retired'],
};

/** Generations of the signing key. They are of the whole installation, so the server shows them to few. */
export function KeysSection() {
  const answer = useCall(operations.listKeys, {});
  const [rotating, setRotating] = useState(false);
  const [retiring, setRetiring] = useState<Key>();
  const refused = answer.error?.code === 'policy_refused';
  return (
    <section className="stack section">
      <div className="section-head">
        <h2>Signing keys</h2>
        {answer.data !== undefined && (
          <Button small onClick={() => setRotating(true)}>
            <Icon name="refresh" />
            Rotate
          </Button>
        )}
      </div>
      <p className="muted">
        Of the whole server, all its organizations. New tokens are signed with the newest; older ones verify
        what they signed until they are retired.
      </p>
      {refused ? (
        <Notice kind="info" title="Admins of the server’s first organization look after them" />
      ) : (
        <Await answer={answer}>
          {({ keys }) => <KeyTable keys={keys} stale={answer.loading} onRetire={setRetiring} />}
        </Await>
      )}
      {rotating && (
        <ConfirmDialog
          title="Rotate the signing key?"
          act="Make a new key"
          onClose={() => setRotating(false)}
          onConfirm={async () => {
            await call(operations.rotateKeys, {});
            setRotating(false);
            answer.refresh();
          }}
        >
          <p>
            A new generation signs every token from now on. Nobody is cut off: older tokens go on working.
          </p>
        </ConfirmDialog>
      )}
      {retiring !== undefined && (
        <RetireDialog
          retiring={retiring}
          onClose={() => {
            setRetiring(undefined);
            answer.refresh();
          }}
        />
      )}
    </section>
  );
}

interface KeyTableProps {
  readonly keys: readonly Key[];
  readonly stale: boolean;
  readonly onRetire: (key: Key) => void;
}

function KeyTable({ keys, stale, onRetire }: KeyTableProps) {
  return (
    <Table
      caption="Generations of the signing key, the newest first"
      rows={keys.toReversed()}
      rowKey={({ id }) => id}
      stale={stale}
      columns={[
        {
          key: 'generation',
          title: 'Generation',
          cell: ({ generation, id }) => (
            <div>
              {generation}
              <div className="sub">
                <code>{id}</code>
              </div>
            </div>
          ),
        },
        {
          key: 'status',
          title: 'State',
          cell: ({ state }) => <Badge kind={STATES[state][0]}>{STATES[state][1]}</Badge>,
        },
        { key: 'live', title: 'Live tokens', cell: ({ live_tokens }) => live_tokens },
        { key: 'created', title: 'Made', cell: ({ created_at }) => <Time at={created_at} /> },
        {
          key: 'act',
          title: <span className="off-screen">Retire</span>,
          label: '',
          cell: (key) =>
            key.state === 'verifying' && (
              <Button
                small
                kind="danger"
                aria-label={`Retire generation ${key.generation}`}
                onClick={() => onRetire(key)}
              >
                Retire
              </Button>
            ),
        },
      ]}
    />
  );
}

function RetireDialog({ retiring, onClose }: { readonly retiring: Key; readonly onClose: () => void }) {
  const { id, generation, live_tokens: live } = retiring;
  return (
    <ConfirmDialog
      title={`Retire generation ${generation}?`}
      act={live === 0 ? 'Retire it' : `Retire it and end ${live} ${live === 1 ? 'token' : 'tokens'}`}
      danger
      onClose={onClose}
      onConfirm={async () => {
        await call(operations.retireKey, { params: { key: id }, body: { expected_live_tokens: live } });
        onClose();
      }}
    >
      {live === 0 ? (
        <p>No live token was signed with it.</p>
      ) : (
        <Notice kind="warn" title={`${live} live ${live === 1 ? 'token dies' : 'tokens die'} at once`}>
          <p>
            Of every organization, with all that was narrowed from them; their commands that run now are
            ended.
          </p>
        </Notice>
      )}
      <p className="hint">This cannot be undone. If the number has changed meanwhile, nothing is done.</p>
    </ConfirmDialog>
  );
}
