/** One machine: what it is, what runs on it and ran, and what can be done with it. */
import { operations, type MachineResource } from '@postern/contract';
import { useState } from 'react';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Copy } from '../../components/copy.tsx';
import { Icon } from '../../components/icon.tsx';
import { Notice } from '../../components/notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Name, visibleText } from '../../components/text.tsx';
import { ExactTime, Time } from '../../components/time.tsx';
import {
  canRun,
  driverText,
  featuresText,
  LastSeen,
  MachineState,
  runPath,
} from '../../machines/machine-words.tsx';
import type { PageProps } from '../../pages.ts';
import { Link } from '../../router/link.tsx';
import { navigate } from '../../router/location.ts';
import { ControlButtons } from './control-buttons.tsx';
import { MachineExecs } from './machine-execs.tsx';
import { RemoveMachineDialog } from './remove-machine-dialog.tsx';
import { RenameMachineDialog } from './rename-machine-dialog.tsx';

export function Page({ params: { app = '', machine: id = '' } }: PageProps) {
  const answer = useCall(operations.showMachine, { params: { app, machine: id } }, ['machine', 'exec']);
  const [asked, setAsked] = useState<'rename' | 'remove'>();
  const close = (): void => setAsked(undefined);
  const list = `/apps/${encodeURIComponent(app)}/machines`;
  if (answer.data === undefined) {
    return (
      <>
        <PageHeader title="Machine" />
        <Await answer={answer}>{() => null}</Await>
      </>
    );
  }
  return (
    <Await answer={answer}>
      {(machine) => (
        <>
          <PageHeader
            title={machine.name}
            actions={
              <>
                {canRun(machine) && (
                  <ButtonLink kind="primary" to={runPath(app, machine.id)}>
                    <Icon name="run" />
                    Run a command
                  </ButtonLink>
                )}
                <ControlButtons app={app} machine={machine} onDone={answer.refresh} />
                <Button onClick={() => setAsked('rename')}>Rename</Button>
                <Button kind="danger" onClick={() => setAsked('remove')}>
                  Remove
                </Button>
              </>
            }
          >
            <div className="row">
              <MachineState state={machine.state} />
              <span>
                Machine of the app{' '}
                <Link to={list}>
                  <Name>{app}</Name>
                </Link>
              </span>
            </div>
          </PageHeader>
          <WhyNot machine={machine} />
          <section className="card">
            <h2>Facts</h2>
            <Facts machine={machine} />
          </section>
          <MachineExecs app={app} machine={machine.id} />
          {asked === 'rename' && (
            <RenameMachineDialog
              app={app}
              machine={machine}
              onClose={close}
              onDone={() => {
                close();
                answer.refresh();
              }}
            />
          )}
          {asked === 'remove' && (
            <RemoveMachineDialog
              app={app}
              machine={machine}
              onClose={close}
              onRemoved={() => navigate(list)}
            />
          )}
        </>
      )}
    </Await>
  );
}

/** Why nothing can be run on it now, and what helps. */
function WhyNot({ machine: { state, last_seen_at } }: { readonly machine: MachineResource }) {
  switch (state) {
    case 'started':
      return null;
    case 'stopped':
      return (
        <Notice kind="info" title="It is stopped">
          <p>Commands can be run on it once it is started.</p>
        </Notice>
      );
    case 'unreachable':
      return (
        <Notice kind="warn" title="Its agent is not connected">
          <p>
            {last_seen_at === null ? (
              'It has joined, and has not connected yet.'
            ) : (
              <>
                It was last seen <Time at={last_seen_at} />.
              </>
            )}{' '}
            Commands are refused until it is back. See that <code>postern-agent run</code> runs there, and
            that it reaches this server.
          </p>
        </Notice>
      );
    case 'created':
      return (
        <Notice kind="info" title="Its agent has not joined yet">
          <p>
            The join command was shown when the machine was added, and works for an hour. If it is lost,
            remove this machine and add it again.
          </p>
        </Notice>
      );
  }
}

function Facts({ machine }: { readonly machine: MachineResource }) {
  return (
    <dl className="facts">
      <dt>Id</dt>
      <dd className="row">
        <code>{machine.id}</code>
        <Copy text={machine.id} label="Copy the id" kind="quiet" />
      </dd>
      <dt>Driver</dt>
      <dd>
        {visibleText(machine.driver)}, {visibleText(driverText(machine.driver))}
      </dd>
      <dt>Last seen</dt>
      <dd>
        <LastSeen machine={machine} />
      </dd>
      <dt>Can</dt>
      <dd>{visibleText(featuresText(machine.features))}</dd>
      <dt>Running execs</dt>
      <dd>{machine.running_execs}</dd>
      <dt>Added</dt>
      <dd>
        <ExactTime at={machine.created_at} />
      </dd>
    </dl>
  );
}
