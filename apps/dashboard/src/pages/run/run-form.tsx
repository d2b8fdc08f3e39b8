/** What to run, on which machine, with which input and for how long. */
import { LIMITS, PosternError, splitShellWords, type MachineResource } from '@postern/contract';
import { useId, useState, type FormEvent } from 'react';
import { ArgvWords } from '../../components/argv-words.tsx';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { visibleText } from '../../components/text.tsx';
import { adviceOn } from '../../execs/shell-advice.ts';
import type { RunRequest } from '../../execs/use-run.ts';

const TIMEOUTS: ReadonlyArray<readonly [seconds: number, label: string]> = [
  [LIMITS.execDefaultTimeoutSeconds, `${LIMITS.execDefaultTimeoutSeconds} seconds`],
  [300, '5 minutes'],
  [3600, '1 hour'],
  [LIMITS.execMaxTimeoutSeconds, '24 hours'],
];

export interface RunFormProps {
  readonly machines: readonly MachineResource[];
  readonly machine: string;
  readonly running: boolean;
  readonly onMachine: (id: string) => void;
  readonly onRun: (request: Omit<RunRequest, 'app'>) => void;
}

export function RunForm({ machines, machine, running, onMachine, onRun }: RunFormProps) {
  const [line, setLine] = useState('');
  const [stdin, setStdin] = useState('');
  const [timeoutSeconds, setTimeoutSeconds] = useState<number>(LIMITS.execDefaultTimeoutSeconds);
  const [asked, setAsked] = useState(false);
  const notes = useId();
  const command = readLine(line);
  const problem = command.problem ?? (asked && command.argv.length === 0 ? 'Write a command.' : undefined);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(true);
    if (running || command.problem !== undefined || command.argv.length === 0) return;
    onRun({ machine, argv: command.argv, stdin, timeoutSeconds });
  };
  return (
    <form className="card stack run-form" onSubmit={submit}>
      <div className="run-where">
        <Field label="Machine">
          {(control) => (
            <select {...control} value={machine} onChange={(event) => onMachine(event.target.value)}>
              {machines.map(({ id, name, state }) => (
                <option key={id} value={id}>
                  {visibleText(name)} ({id}){STATES[state]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Ends after">
          {(control) => (
            <select
              {...control}
              value={timeoutSeconds}
              onChange={(event) => setTimeoutSeconds(Number(event.target.value))}
            >
              {TIMEOUTS.map(([seconds, label]) => (
                <option key={seconds} value={seconds}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Field label="Command" hint="A program and its words, quoted as for a shell. There is no shell.">
        {(control) => (
          <input
            {...control}
            type="text"
            className="code-input"
            aria-describedby={`${control['aria-describedby'] ?? ''} ${notes}`}
            aria-invalid={problem === undefined ? undefined : true}
            placeholder="systemctl status web"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            dir="ltr"
            value={line}
            onChange={(event) => setLine(event.target.value)}
          />
        )}
      </Field>
      <div id={notes} className="rule-notes">
        {problem !== undefined && <p className="field-error">{visibleText(problem)}</p>}
        {command.argv.length > 0 && (
          <p className="hint run-argv">
            Runs as <ArgvWords words={command.argv} />
          </p>
        )}
        {command.advice !== undefined && <p className="warn-text">{visibleText(command.advice)}</p>}
      </div>
      <details className="run-input">
        <summary>Standard input</summary>
        <Field label="Standard input" hint="What the command reads. Left empty, it finds nothing to read.">
          {(control) => (
            <textarea
              {...control}
              rows={4}
              spellCheck={false}
              value={stdin}
              onChange={(event) => setStdin(event.target.value)}
            />
          )}
        </Field>
      </details>
      <Button kind="primary" type="submit" busy={running}>
        {!running && <Icon name="run" />}
        Run
      </Button>
    </form>
  );
}

const STATES: Readonly<Record<MachineResource['state'], string>> = {
  started: '',
  stopped: ', stopped',
  created: ', not joined yet',
  unreachable: ', unreachable',
};

interface ReadLine {
  readonly argv: readonly string[];
  readonly problem?: string;
  readonly advice?: string | undefined;
}

/** The line as the server would split it; the argv is what is sent. */
function readLine(line: string): ReadLine {
  try {
    const argv = splitShellWords(line);
    if (argv.length > 0 && argv[0]?.trim() === '') return { argv, problem: 'The first word is blank.' };
    return { argv, advice: adviceOn(argv) };
  } catch (thrown) {
    if (!(thrown instanceof PosternError)) throw thrown;
    return {
      argv: [],
      problem: thrown.hint === undefined ? thrown.message : `${thrown.message}; ${thrown.hint}`,
    };
  }
}
