/** A machine that was just added: the join command, once, and live whether its agent has come. */
import { operations, type MachineResource } from '@postern/contract';
import { useCall } from '../../api/use-call.ts';
import { ButtonLink } from '../../components/button.tsx';
import { CopyBlock } from '../../components/copy.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { Name } from '../../components/text.tsx';
import { ExactTime } from '../../components/time.tsx';
import { machinePath, runPath } from '../../machines/machine-words.tsx';

export interface JoiningProps {
  readonly app: string;
  readonly machine: MachineResource;
  /** Null when an agent that is there already serves it. */
  readonly command: string | null;
  readonly until: string | null;
}

export function Joining({ app, machine: added, command, until }: JoiningProps) {
  const answer = useCall(operations.showMachine, { params: { app, machine: added.id } }, ['machine']);
  const machine = answer.data ?? added;
  const isThere = machine.state === 'started' || machine.state === 'stopped';
  return (
    <section className="card stack joining">
      {command !== null && machine.state === 'created' && (
        <>
          <Notice kind="warn" title="Copy it now">
            <p>
              It is shown this once and works once
              {until !== null && (
                <>
                  , until <ExactTime at={until} />
                </>
              )}
              . Who runs it first becomes this machine.
            </p>
          </Notice>
          <Step
            number={1}
            text={
              added.driver === 'process'
                ? 'On the machine, as the user that commands shall run as:'
                : 'Where the agent that reaches it shall run:'
            }
          />
          <CopyBlock text={command} label="Copy the join command" />
        </>
      )}
      {command !== null && !isThere && (
        <>
          <Step number={2} text="Then, and whenever the machine starts:" />
          <CopyBlock text="postern-agent run" label="Copy the command that runs the agent" />
        </>
      )}
      {answer.error !== undefined && <ErrorNotice error={answer.error} title="This may be out of date" />}
      <div role="status" className="joining-state">
        <State machine={machine} />
      </div>
      <div className="row">
        {machine.state === 'started' && (
          <ButtonLink kind="primary" to={runPath(app, machine.id)}>
            Run a command on it
          </ButtonLink>
        )}
        <ButtonLink to={machinePath(app, machine.id)}>To its page</ButtonLink>
        <ButtonLink kind="quiet" to={`/apps/${encodeURIComponent(app)}/machines`}>
          To the list
        </ButtonLink>
      </div>
    </section>
  );
}

function Step({ number, text }: { readonly number: number; readonly text: string }) {
  return (
    <p className="joining-step">
      <span className="joining-number">{number}</span> {text}
    </p>
  );
}

function State({ machine: { name, state } }: { readonly machine: MachineResource }) {
  switch (state) {
    case 'started':
      return (
        <Notice
          kind="good"
          title={
            <>
              <Name>{name}</Name> is here
            </>
          }
        >
          <p>Its agent is connected. Commands can be run on it.</p>
        </Notice>
      );
    case 'stopped':
      return (
        <Notice
          kind="good"
          title={
            <>
              <Name>{name}</Name> is here, and stopped
            </>
          }
        >
          <p>Its agent is connected. Start it to run commands on it.</p>
        </Notice>
      );
    case 'unreachable':
      return (
        <p className="loading">
          <Spinner /> Its agent has joined. Waiting for it to connect…
        </p>
      );
    case 'created':
      return (
        <p className="loading">
          <Spinner /> Waiting for its agent to join…
        </p>
      );
  }
}
