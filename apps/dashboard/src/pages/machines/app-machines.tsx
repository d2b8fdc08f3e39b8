/** The machines of an app, as they are now. */
import { operations, type MachineResource } from '@postern/contract';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { ButtonLink } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Icon } from '../../components/icon.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Table, type Column } from '../../components/table.tsx';
import { Name, visibleText } from '../../components/text.tsx';
import {
  canRun,
  driverText,
  LastSeen,
  machinePath,
  MachineState,
  runPath,
} from '../../machines/machine-words.tsx';
import type { PageProps } from '../../pages.ts';
import { Link } from '../../router/link.tsx';

export function Page({ params: { app = '' } }: PageProps) {
  const answer = useCall(operations.listMachines, { params: { app } }, ['machine', 'exec']);
  const add = machinePath(app, 'new');
  return (
    <>
      <PageHeader
        title={`Machines of ${app}`}
        actions={
          <ButtonLink kind="primary" to={add}>
            <Icon name="plus" />
            Add a machine
          </ButtonLink>
        }
      >
        <p>Where the commands of this app run: hosts and containers, each served by an agent.</p>
      </PageHeader>
      <Await answer={answer}>
        {(machines) =>
          machines.length === 0 ? (
            <NoMachines add={add} />
          ) : (
            <Table
              caption={`Machines of the app ${app}`}
              rows={machines}
              rowKey={({ id }) => id}
              columns={columnsOf(app)}
            />
          )
        }
      </Await>
    </>
  );
}

function NoMachines({ add }: { readonly add: string }) {
  return (
    <EmptyState
      icon="machine"
      title="No machines yet"
      actions={
        <ButtonLink kind="primary" to={add}>
          Add a machine
        </ButtonLink>
      }
    >
      <p>
        A machine is anything commands can be run on. Its agent dials out to this server: no port is opened,
        and it works from behind a firewall.
      </p>
    </EmptyState>
  );
}

function columnsOf(app: string): readonly Column<MachineResource>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      label: '',
      cell: ({ id, name }) => (
        <div>
          <Link to={machinePath(app, id)} className="token-name">
            <Name>{name}</Name>
          </Link>
          <div className="sub">
            <code>{id}</code>
          </div>
        </div>
      ),
    },
    { key: 'state', title: 'State', cell: ({ state }) => <MachineState state={state} /> },
    { key: 'seen', title: 'Last seen', cell: (machine) => <LastSeen machine={machine} /> },
    {
      key: 'driver',
      title: 'Driver',
      cell: ({ driver }) => (
        <div>
          {visibleText(driver)}
          <div className="sub">{visibleText(driverText(driver))}</div>
        </div>
      ),
    },
    { key: 'execs', title: 'Running execs', cell: ({ running_execs }) => running_execs },
    {
      key: 'act',
      title: <span className="off-screen">Run a command</span>,
      label: '',
      cell: (machine) =>
        canRun(machine) && (
          <ButtonLink small to={runPath(app, machine.id)}>
            Run a command<span className="off-screen"> on {visibleText(machine.name)}</span>
          </ButtonLink>
        ),
    },
  ];
}
