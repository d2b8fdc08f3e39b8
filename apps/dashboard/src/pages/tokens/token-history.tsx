/** What was done with a token: its execs and its audit entries, newest first. */
import {
  operations,
  type AuditEntryResource,
  type ExecResource,
  type TokenResource,
} from '@postern/contract';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Badge, type BadgeKind } from '../../components/badge.tsx';
import { Table } from '../../components/table.tsx';
import { Command, Name, visibleText } from '../../components/text.tsx';
import { Time } from '../../components/time.tsx';
import { hasPage } from '../../pages.ts';
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
                  { key: 'outcome', title: 'Outcome', cell: (exec) => <ExecOutcome exec={exec} /> },
                ]}
              />
              {next_cursor !== null && <p className="hint">The newest {ROWS} are shown.</p>}
            </>
          )
        }
      </Await>
    </section>
  );
}

function ExecLink({ exec }: { readonly exec: ExecResource }) {
  const to = `/execs/${encodeURIComponent(exec.id)}`;
  return hasPage(to) ? (
    <Link to={to}>
      <Command argv={exec.command} />
    </Link>
  ) : (
    <Command argv={exec.command} />
  );
}

function ExecOutcome({ exec }: { readonly exec: ExecResource }) {
  if (exec.state === 'running') return <Badge kind="busy">Running</Badge>;
  if (exec.state === 'unknown') return <Badge kind="warn">Unknown</Badge>;
  if (exec.reason !== null && exec.reason !== 'exited') {
    return <Badge kind="warn">{visibleText(exec.reason)}</Badge>;
  }
  return <Badge kind={exec.exit_code === 0 ? 'good' : 'bad'}>Exit code {exec.exit_code ?? '?'}</Badge>;
}

export function TokenAudit({ token }: { readonly token: TokenResource }) {
  const answer = useCall(
    operations.listAudit,
    { params: { org: token.organization }, query: { token: token.id, limit: ROWS } },
    ['audit', 'token', 'exec'],
  );
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
                  { key: 'action', title: 'What', label: '', cell: (entry) => <Action entry={entry} /> },
                  { key: 'actor', title: 'Who', cell: ({ actor }) => <Name>{actor}</Name> },
                  { key: 'at', title: 'When', cell: ({ at }) => <Time at={at} /> },
                  {
                    key: 'entry-outcome',
                    title: 'Outcome',
                    cell: ({ outcome }) => <Badge kind={kindOf(outcome)}>{visibleText(outcome)}</Badge>,
                  },
                ]}
              />
              {next_cursor !== null && <p className="hint">The newest {ROWS} are shown.</p>}
            </>
          )
        }
      </Await>
    </section>
  );
}

function Action({ entry }: { readonly entry: AuditEntryResource }) {
  return (
    <div>
      <code>{visibleText(entry.action)}</code>
      {entry.command !== null && (
        <>
          {' '}
          <Command argv={entry.command} />
        </>
      )}
      {entry.reason !== null && <div className="sub">{visibleText(entry.reason)}</div>}
    </div>
  );
}

function kindOf(outcome: string): BadgeKind {
  return outcome === 'refused' || outcome === 'failed' ? 'bad' : outcome === 'allowed' ? 'good' : 'plain';
}
