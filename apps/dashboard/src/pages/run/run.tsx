/** Runs one command on a machine of an app, and shows what it writes while it writes it. */
import { operations, type MachineResource } from '@postern/contract';
import { useEffect, useRef, useState } from 'react';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { ButtonLink } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { OutputView } from '../../execs/output-view.tsx';
import { useRun } from '../../execs/use-run.ts';
import { machinePath } from '../../machines/machine-words.tsx';
import type { PageProps } from '../../pages.ts';
import { useQueryText } from '../../router/location.ts';
import { RunForm } from './run-form.tsx';
import { RunStatus } from './run-status.tsx';

export function Page({ params: { app = '' } }: PageProps) {
  const answer = useCall(operations.listMachines, { params: { app } }, ['machine']);
  return (
    <>
      <PageHeader title={`Run a command in ${app}`}>
        <p>It runs as you: your name, the command and how it ended go into the audit log.</p>
      </PageHeader>
      <Await answer={answer}>
        {(machines) =>
          machines.length === 0 ? (
            <EmptyState
              icon="machine"
              title="There is no machine to run it on"
              actions={
                <ButtonLink kind="primary" to={machinePath(app, 'new')}>
                  Add a machine
                </ButtonLink>
              }
            />
          ) : (
            <Runner app={app} machines={machines} />
          )
        }
      </Await>
    </>
  );
}

interface RunnerProps {
  readonly app: string;
  readonly machines: readonly MachineResource[];
}

function Runner({ app, machines }: RunnerProps) {
  const [chosen, choose] = useQueryText('machine');
  const run = useRun();
  const [ran, setRan] = useState<readonly string[]>();
  const result = useRef<HTMLElement>(null);
  const machine =
    machines.find(({ id }) => id === chosen) ??
    machines.find(({ state }) => state === 'started') ??
    machines[0];
  const hasRun = ran !== undefined;
  useEffect(() => {
    if (hasRun) result.current?.scrollIntoView({ block: 'nearest' });
  }, [hasRun]);
  return (
    <>
      <RunForm
        machines={machines}
        machine={machine?.id ?? ''}
        running={run.state.kind === 'running'}
        onMachine={choose}
        onRun={(request) => {
          setRan(request.argv);
          run.start({ ...request, app });
        }}
      />
      {ran !== undefined && (
        <section className="card stack run-result" ref={result} aria-label="Result">
          <RunStatus argv={ran} state={run.state} onStop={run.stop} />
          {/* What was not run has no output. */}
          {!(run.state.kind === 'failed' && run.state.execId === undefined) && (
            <OutputView
              output={run.output}
              empty={run.state.kind === 'running' ? 'No output yet.' : 'It wrote nothing.'}
            />
          )}
        </section>
      )}
    </>
  );
}
