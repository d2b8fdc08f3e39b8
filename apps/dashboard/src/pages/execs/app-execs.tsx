/** What was run on the machines of an app, and what runs now. */
import { operations, type ExecResource } from '@postern/contract';
import { useState } from 'react';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Table, type Column } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { TurnPage } from '../../components/turn-page.tsx';
import { shortCommand } from '../../execs/clip.ts';
import { ExecBy, ExecDuration, ExecLink } from '../../execs/exec-facts.tsx';
import { ExecState } from '../../execs/outcome.tsx';
import type { PageProps } from '../../pages.ts';
import { setQuery } from '../../router/location.ts';
import { useApps, useOrganization } from '../../shell/place.ts';
import { useMachineNames } from '../../tokens/machine-names.ts';
import { KillDialog } from './kill-dialog.tsx';
import { ListTools, NO_FILTER, PAGE_SIZE, useListQuery } from './list-tools.tsx';

export function Page({ params: { app = '' } }: PageProps) {
  useOrganization(useApps().data?.apps.find(({ name }) => name === app)?.organization.slug);
  return (
    <>
      <PageHeader title={`Execs of ${app}`}>
        <p>What was run on its machines, newest first. The list follows what happens.</p>
      </PageHeader>
      <ExecList app={app} />
    </>
  );
}

function ExecList({ app }: { readonly app: string }) {
  const [query, filtered] = useListQuery();
  const answer = useCall(operations.listExecs, { params: { app }, query }, ['exec']);
  const machineName = useMachineNames(app);
  const [killing, setKilling] = useState<ExecResource>();
  const offset = Number(query.cursor ?? '0');
  const turnTo = (place: number): void => setQuery({ from: place === 0 ? '' : String(place) });
  return (
    <>
      <ListTools app={app} />
      <Await answer={answer}>
        {({ execs, next_cursor: next }) =>
          execs.length === 0 && offset === 0 ? (
            <NoExecs filtered={filtered} />
          ) : (
            <>
              <Table
                caption={`Execs of ${app}`}
                rows={execs}
                rowKey={({ id }) => id}
                stale={answer.loading && answer.data === undefined}
                columns={columns(machineName, setKilling)}
              />
              <TurnPage
                onNewer={offset === 0 ? undefined : () => turnTo(Math.max(0, offset - PAGE_SIZE))}
                onOlder={next === null ? undefined : () => turnTo(offset + PAGE_SIZE)}
              >
                {execs.length === 0 ? 'No more' : `${offset + 1}–${offset + execs.length}`}
              </TurnPage>
            </>
          )
        }
      </Await>
      {killing !== undefined && (
        <KillDialog
          exec={killing}
          onClose={() => setKilling(undefined)}
          onKilled={() => {
            setKilling(undefined);
            answer.refresh();
          }}
        />
      )}
    </>
  );
}

function NoExecs({ filtered }: { readonly filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState
        icon="search"
        title="No exec fits"
        actions={<Button onClick={() => setQuery(NO_FILTER)}>Show all execs</Button>}
      />
    );
  }
  return (
    <EmptyState icon="exec" title="Nothing has been run yet">
      <p>
        Every command that runs on a machine of this app is listed here: who ran it, with which token, and how
        it ended.
      </p>
    </EmptyState>
  );
}

function columns(
  machineName: (id: string) => string,
  kill: (exec: ExecResource) => void,
): readonly Column<ExecResource>[] {
  return [
    { key: 'exec', title: 'Command', label: '', cell: (exec) => <ExecLink exec={exec} /> },
    { key: 'by', title: 'By', cell: (exec) => <ExecBy exec={exec} /> },
    { key: 'machine', title: 'Machine', cell: ({ machine }) => <bdi>{machineName(machine)}</bdi> },
    { key: 'started', title: 'Started', cell: (exec) => <Time at={exec.started_at} /> },
    { key: 'took', title: 'Took', cell: (exec) => <ExecDuration exec={exec} /> },
    { key: 'outcome', title: 'Outcome', cell: (exec) => <ExecState exec={exec} /> },
    {
      key: 'act',
      title: <span className="off-screen">Kill</span>,
      label: '',
      cell: (exec) =>
        exec.state === 'running' && (
          <Button
            small
            kind="danger"
            aria-label={`Kill ${shortCommand(exec.command)}`}
            onClick={() => kill(exec)}
          >
            Kill
          </Button>
        ),
    },
  ];
}
