/** What runs on a machine and would end with it. */
import { operations, type MachineResource } from '@postern/contract';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Command, visibleText } from '../../components/text.tsx';

const SHOWN = 20;

export interface EndedExecsProps {
  readonly app: string;
  readonly machine: MachineResource;
}

export function EndedExecs({ app, machine }: EndedExecsProps) {
  const answer = useCall(
    operations.listExecs,
    { params: { app }, query: { machine: machine.id, state: 'running', limit: SHOWN } },
    ['exec'],
  );
  return (
    <Await answer={answer}>
      {({ execs, next_cursor }) =>
        execs.length === 0 ? (
          <p>No command is running on it now.</p>
        ) : (
          <div className="loss stack">
            <p>
              {execs.length === 1 ? 'This command is ended' : 'These commands are ended'}, whoever runs{' '}
              {execs.length === 1 ? 'it' : 'them'}:
            </p>
            <ul className="loss-names">
              {execs.map(({ id, command, user, token_name, token }) => (
                <li key={id}>
                  <Command argv={command} />{' '}
                  <span className="muted">by {visibleText(user ?? token_name ?? token ?? 'somebody')}</span>
                </li>
              ))}
            </ul>
            {next_cursor !== null && <p className="hint">The newest {SHOWN} are shown.</p>}
          </div>
        )
      }
    </Await>
  );
}
