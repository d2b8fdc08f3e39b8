/** What runs on a machine now, and what ran there last. */
import { operations } from '@postern/contract';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { ExecBy, ExecLink } from '../../execs/exec-facts.tsx';
import { ExecState } from '../../execs/outcome.tsx';

const ROWS = 15;

export interface MachineExecsProps {
  readonly app: string;
  readonly machine: string;
}

export function MachineExecs({ app, machine }: MachineExecsProps) {
  return (
    <>
      <Execs app={app} machine={machine} state="running" title="Running now" none="Nothing runs on it now." />
      <Execs app={app} machine={machine} title="Newest execs" none="Nothing has run on it yet." />
    </>
  );
}

interface ExecsProps extends MachineExecsProps {
  readonly state?: 'running';
  readonly title: string;
  readonly none: string;
}

function Execs({ app, machine, state, title, none }: ExecsProps) {
  const answer = useCall(
    operations.listExecs,
    { params: { app }, query: { machine, limit: ROWS, ...(state === undefined ? {} : { state }) } },
    ['exec'],
  );
  return (
    <section className="stack section">
      <h2>{title}</h2>
      <Await answer={answer}>
        {({ execs, next_cursor }) =>
          execs.length === 0 ? (
            <p className="muted">{none}</p>
          ) : (
            <>
              <Table
                caption={`${title} on this machine`}
                rows={execs}
                rowKey={({ id }) => id}
                columns={[
                  { key: 'command', title: 'Command', label: '', cell: (exec) => <ExecLink exec={exec} /> },
                  { key: 'by', title: 'By', cell: (exec) => <ExecBy exec={exec} /> },
                  { key: 'started', title: 'Started', cell: (exec) => <Time at={exec.started_at} /> },
                  { key: 'outcome', title: 'Outcome', cell: (exec) => <ExecState exec={exec} /> },
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
