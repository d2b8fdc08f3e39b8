import { operations, type Role } from '@postern/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { session } from '../../api/session.ts';
import { loadSession } from '../../api/sign-in.ts';
import { useWatched } from '../../api/store.ts';
import { useAct } from '../../api/use-act.ts';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Table } from '../../components/table.tsx';
import { Name, visibleText } from '../../components/text.tsx';
import { Time } from '../../components/time.tsx';
import { AddMemberDialog } from './add-member-dialog.tsx';
import { isRole, ROLES } from './roles.ts';

type Member = z.output<typeof operations.listMembers.output>['members'][number];

export interface MembersSectionProps {
  readonly org: string;
  readonly admin: boolean;
}

/** Who belongs to the organization, and as what. */
export function MembersSection({ org, admin }: MembersSectionProps) {
  const answer = useCall(operations.listMembers, { params: { org } });
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Member>();
  const changing = useAct();
  const state = useWatched(session);
  const me = state.kind === 'person' ? state.facts.user?.id : undefined;
  const changed = (user: string): void => {
    answer.refresh();
    // Whoever changed themselves may see other things now.
    if (user === me) void loadSession();
  };
  const setRole = (user: string, role: Role): void =>
    changing.run(async () => {
      await call(operations.updateMember, { params: { org, user }, body: { role } });
      changed(user);
    });
  return (
    <section className="stack section">
      <div className="section-head">
        <h2>Members</h2>
        {admin && (
          <Button small onClick={() => setAdding(true)}>
            <Icon name="plus" />
            Add a member
          </Button>
        )}
      </div>
      <dl className="facts">
        {Object.entries(ROLES).map(([role, { title, may }]) => (
          <div key={role} className="fact">
            <dt>{title}</dt>
            <dd>{may}</dd>
          </div>
        ))}
      </dl>
      {changing.error !== undefined && <ErrorNotice error={changing.error} />}
      <Await answer={answer}>
        {({ members }) => (
          <Table
            caption="Members"
            rows={members}
            rowKey={({ user }) => user.id}
            stale={answer.loading}
            columns={[
              {
                key: 'member',
                title: 'Who',
                label: '',
                cell: ({ user }) => (
                  <>
                    <Name>{user.email}</Name>
                    {user.id === me && <span className="muted"> (you)</span>}
                  </>
                ),
              },
              {
                key: 'role',
                title: 'Role',
                cell: ({ user, role }) =>
                  admin ? (
                    <select
                      aria-label={`Role of ${visibleText(user.email)}`}
                      disabled={changing.busy}
                      value={role}
                      onChange={({ target }) => {
                        if (isRole(target.value)) setRole(user.id, target.value);
                      }}
                    >
                      {Object.entries(ROLES).map(([value, { title }]) => (
                        <option key={value} value={value}>
                          {title}
                        </option>
                      ))}
                    </select>
                  ) : (
                    ROLES[role].title
                  ),
              },
              { key: 'joined', title: 'Since', cell: ({ joined_at }) => <Time at={joined_at} /> },
              {
                key: 'act',
                title: <span className="off-screen">Remove</span>,
                label: '',
                cell: (member) =>
                  admin && (
                    <Button
                      small
                      kind="danger"
                      aria-label={`Remove ${visibleText(member.user.email)}`}
                      onClick={() => setRemoving(member)}
                    >
                      Remove
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Await>
      {adding && <AddMemberDialog org={org} onClose={() => setAdding(false)} onAdded={answer.refresh} />}
      {removing !== undefined && (
        <ConfirmDialog
          title={`Remove ${visibleText(removing.user.email)}?`}
          act="Remove"
          danger
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await call(operations.removeMember, { params: { org, user: removing.user.id } });
            changed(removing.user.id);
            setRemoving(undefined);
          }}
        >
          <p>They no longer see or change anything here, from the next request on.</p>
          <p>
            Tokens they made go on working: whoever holds them may go on using them. Look through the list of
            tokens for theirs, and revoke what should end.
          </p>
        </ConfirmDialog>
      )}
    </section>
  );
}
