/** Adds a machine, shows how its agent joins, and follows it until it is there. */
import { machineNameSchema, operations, type MachineResource } from '@postern/contract';
import { useState, type FormEvent } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { useCall } from '../../api/use-call.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import type { PageProps } from '../../pages.ts';
import { DriverField, driverOf, OWN_AGENT, type DriverDraft } from './driver-field.tsx';
import { Joining } from './joining.tsx';

type Added = z.output<typeof operations.addMachine.output>;

export function Page({ params: { app = '' } }: PageProps) {
  const [added, setAdded] = useState<Added>();
  return added === undefined ? (
    <AddForm app={app} onAdded={setAdded} />
  ) : (
    <>
      <PageHeader title={`Machine ${added.machine.name}`} />
      <Joining app={app} machine={added.machine} command={added.join_command} until={added.join_expires_at} />
    </>
  );
}

interface AddFormProps {
  readonly app: string;
  readonly onAdded: (added: Added) => void;
}

function AddForm({ app, onAdded }: AddFormProps) {
  const { data: machines } = useCall(operations.listMachines, { params: { app } }, ['machine']);
  const [name, setName] = useState('');
  const [driver, setDriver] = useState<DriverDraft>({
    kind: 'process',
    container: '',
    host: '',
    user: '',
    beside: '',
  });
  const [asked, setAsked] = useState(false);
  const adding = useAct();
  const wrongName = asked ? nameError(name) : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(true);
    if (nameError(name) !== undefined) return;
    adding.run(async () => onAdded(await addMachine(app, name.trim(), driver, servedBy(machines, driver))));
  };
  return (
    <>
      <PageHeader title={`Add a machine to ${app}`}>
        <p>Whoever may run commands in this app may run them on it.</p>
      </PageHeader>
      <form className="card stack add-machine" onSubmit={submit}>
        <Field
          label="Name"
          hint="Letters, digits, dots, hyphens and underscores. Left empty, one is made up."
          error={wrongName}
        >
          {(control) => (
            <input
              {...control}
              type="text"
              placeholder="web-1"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <DriverField
          value={driver}
          agents={agentsOf(machines)}
          servedBy={servedBy(machines, driver)}
          onChange={(change) => setDriver({ ...driver, ...change })}
        />
        {adding.error !== undefined && <ErrorNotice error={adding.error} />}
        <div className="row">
          <Button kind="primary" type="submit" busy={adding.busy}>
            Add machine
          </Button>
          <ButtonLink to={`/apps/${encodeURIComponent(app)}/machines`} kind="quiet">
            Cancel
          </ButtonLink>
        </div>
      </form>
    </>
  );
}

function nameError(name: string): string | undefined {
  if (name.trim() === '') return undefined;
  const parsed = machineNameSchema.safeParse(name.trim());
  return parsed.error?.issues[0]?.message;
}

/** Machines whose agent can serve another one. */
function agentsOf(machines: readonly MachineResource[] | undefined): readonly MachineResource[] {
  return (machines ?? []).filter(({ state }) => state !== 'created');
}

/** The machine whose agent will serve the new one, or {@link OWN_AGENT}. */
function servedBy(machines: readonly MachineResource[] | undefined, driver: DriverDraft): string {
  if (driver.kind === 'process') return OWN_AGENT;
  const agents = agentsOf(machines);
  const first = agents.find(({ state }) => state === 'started') ?? agents[0];
  return driver.beside === '' ? (first?.id ?? OWN_AGENT) : driver.beside;
}

async function addMachine(app: string, name: string, driver: DriverDraft, beside: string): Promise<Added> {
  return call(operations.addMachine, {
    params: { app },
    body: {
      ...(name === '' ? {} : { name }),
      driver: driverOf(driver),
      ...(beside === OWN_AGENT ? {} : { beside }),
    },
  });
}
