/** What was done with a token: its execs and its audit entries, newest first. */
import { operations, type TokenResource } from '@postern/contract';
import { useCall } from '../../api/use-call.ts';
import { EntryAction, EntryOutcome } from '../../audit/entry.tsx';
import { Await } from '../../components/await.tsx';
import { Table } from '../../components/table.tsx';
import { Name } from '../../components/text.tsx';
import { Time } from '../../components/time.tsx';
import { ExecLink } from '../../execs/exec-facts.tsx';
import { ExecState } from '../../execs/outcome.tsx';
import { Link } from '../../router/link.tsx';
import { useMachineNames } from '../../tokens/machine-names.ts';

const ROWS = 10;

export function TokenExecs({ token }: { readonly token: TokenResource }) {
  const machineName = useMachineNames(token.app);
  const answer = useCall(
    operations.listExecs,
    token.app === null ? undefined : { params: { app: token.app }, query: { token: token.id, limit: ROWS } },
    ['exec'],
  );
  if (token.app === null) return null;
  const allExecs = `/apps/${encodeURIComponent(token.app)}/execs?token=${encodeURIComponent(token.id)}`;
  return (
    <section className="stack section">
      <h2>Execs</h2>
      <Await answer={answer}>
        {({ execs, next_cursor }) =>
          execs.length === 0 ? (
            <p className="muted">It has run nothing yet.</p>
          ) : (
            <>
              <Table
                caption="The newest execs of this token"
                rows={execs}
                rowKey={({ id }) => id}
                columns={[
                  { key: 'command', title: 'Command', label: '', cell: (exec) => <ExecLink exec={exec} /> },
                  {
                    key: 'machine',
                    title: 'Machine',
                    cell: ({ machine }) => <Name>{machineName(machine)}</Name>,
                  },
                  { key: 'started', title: 'Started', cell: (exec) => <Time at={exec.started_at} /> },
                  { key: 'outcome', title: 'Outcome', cell: (exec) => <ExecState exec={exec} /> },
                ]}
              />
              <p className="hint">
                {next_cursor !== null && `The newest ${ROWS} are shown. `}
                <Link to={allExecs}>All its execs</Link>
              </p>
            </>
          )
        }
      </Await>
    </section>
  );
}

export function TokenAudit({ token }: { readonly token: TokenResource }) {
  const answer = useCall(
    operations.listAudit,
    { params: { org: token.organization }, query: { token: token.id, limit: ROWS } },
    ['audit', 'token', 'exec'],
  );
  const allEntries = `/orgs/${encodeURIComponent(token.organization)}/audit?token=${encodeURIComponent(token.id)}`;
  return (
    <section className="stack section">
      <h2>Audit entries</h2>
      <Await answer={answer}>
        {({ entries, next_cursor }) =>
          entries.length === 0 ? (
            <p className="muted">None.</p>
          ) : (
            <>
              <Table
                caption="The newest audit entries of this token"
                rows={entries}
                rowKey={({ seq }) => String(seq)}
                columns={[
                  { key: 'action', title: 'What', label: '', cell: (entry) => <EntryAction entry={entry} /> },
                  { key: 'actor', title: 'Who', cell: ({ actor }) => <Name>{actor}</Name> },
                  { key: 'at', title: 'When', cell: ({ at }) => <Time at={at} /> },
                  {
                    key: 'entry-outcome',
                    title: 'Outcome',
                    cell: ({ outcome }) => <EntryOutcome outcome={outcome} />,
                  },
                ]}
              />
              <p className="hint">
                {next_cursor !== null && `The newest ${ROWS} are shown. `}
                <Link to={allEntries}>All its audit entries</Link>
              </p>
            </>
          )
        }
      </Await>
    </section>
  );
}
