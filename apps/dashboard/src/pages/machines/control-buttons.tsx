/** Starts, stops and restarts a machine whose driver can. */
import { operations, type MachineResource } from '@postern/contract';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Name, visibleText } from '../../components/text.tsx';
import { EndedExecs } from './ended-execs.tsx';

export interface ControlButtonsProps {
  readonly app: string;
  readonly machine: MachineResource;
  readonly onDone: () => void;
}

type Act = 'stop' | 'restart';

export function ControlButtons({ app, machine, onDone }: ControlButtonsProps) {
  const [asked, setAsked] = useState<Act>();
  const starting = useAct();
  const params = { app, machine: machine.id };
  const can = (act: string): boolean => machine.features.includes(act);
  const isStopped = machine.state === 'stopped';
  const act = async (): Promise<void> => {
    if (asked === 'stop') await call(operations.stopMachine, { params, body: {} });
    else await call(operations.restartMachine, { params, body: {} });
    setAsked(undefined);
    onDone();
  };
  return (
    <>
      {starting.error !== undefined && <ErrorNotice error={starting.error} title="It was not started" />}
      {can('start') && isStopped && (
        <Button
          busy={starting.busy}
          onClick={() =>
            starting.run(async () => {
              await call(operations.startMachine, { params, body: {} });
              onDone();
            })
          }
        >
          Start
        </Button>
      )}
      {machine.state === 'started' && can('restart') && (
        <Button onClick={() => setAsked('restart')}>Restart</Button>
      )}
      {machine.state === 'started' && can('stop') && <Button onClick={() => setAsked('stop')}>Stop</Button>}
      {asked !== undefined && (
        <ConfirmDialog
          title={`${asked === 'stop' ? 'Stop' : 'Restart'} ${visibleText(machine.name)}?`}
          act={asked === 'stop' ? 'Stop it' : 'Restart it'}
          danger
          onConfirm={act}
          onClose={() => setAsked(undefined)}
        >
          <p>
            Everything in <Name>{machine.name}</Name> is asked to end, and after 10 seconds made to.
            {asked === 'stop' && ' Until somebody starts it again no command can be run on it.'}
          </p>
          <EndedExecs app={app} machine={machine} />
        </ConfirmDialog>
      )}
    </>
  );
}
