/** Would a command be allowed? Cleared here in the browser, by the code the server clears with. */
import { LIMITS, PosternError, splitShellWords } from '@postern/contract';
import { ACTION, clear, explainRefusal, type Access, type Caveat, type Verdict } from '@postern/token';
import { useState } from 'react';
import { Field } from '../components/field.tsx';
import { Notice } from '../components/notice.tsx';
import { visibleText } from '../components/text.tsx';
import type { MachineChoice } from './machine-names.ts';

export interface TryBoxProps {
  readonly caveats: readonly Caveat[];
  readonly machines: readonly MachineChoice[];
  /** A command to begin with. */
  readonly example?: string;
}

/** Stands for a machine no caveat names. */
const SOME_MACHINE = '00000000000000';

export function TryBox({ caveats, machines, example = '' }: TryBoxProps) {
  const [line, setLine] = useState(example);
  const [chosen, setChosen] = useState('');
  const [source, setSource] = useState('');
  const all = flatten(caveats);
  const pinned = all.flatMap((caveat) => (caveat.type === 'Machines' ? caveat.set.map(({ id }) => id) : []));
  const known = new Set(machines.map(({ id }) => id));
  const choices = [
    ...machines,
    ...[...new Set(pinned)].filter((id) => !known.has(id)).map((id) => ({ id, name: id })),
  ];
  const machine = chosen === '' ? (pinned[0] ?? choices[0]?.id ?? SOME_MACHINE) : chosen;
  const asksSource = all.some(({ type }) => type === 'SourceAddress');
  const outcome = tryCommand(all, caveats, line, machine, source.trim());
  return (
    <div className="stack try">
      <Field label="Would this be allowed?" hint="Nothing is run, and nothing is sent.">
        {(control) => (
          <input
            {...control}
            type="text"
            className="code-input"
            placeholder="ls -l /srv"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={line}
            onChange={(event) => setLine(event.target.value)}
          />
        )}
      </Field>
      {choices.length > 1 && (
        <Field label="On machine">
          {(control) => (
            <select {...control} value={machine} onChange={(event) => setChosen(event.target.value)}>
              {choices.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name === id ? id : `${visibleText(name)} (${id})`}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {asksSource && (
        <Field label="From address">
          {(control) => (
            <input
              {...control}
              type="text"
              placeholder="10.0.0.7"
              value={source}
              onChange={(event) => setSource(event.target.value)}
            />
          )}
        </Field>
      )}
      <div role="status" className="verdict">
        {outcome !== undefined && <Outcome outcome={outcome} />}
      </div>
    </div>
  );
}

type Tried =
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'verdict'; readonly verdict: Verdict };

function Outcome({ outcome }: { readonly outcome: Tried }) {
  if (outcome.kind === 'unreadable') {
    return (
      <Notice kind="warn" title="This is no command">
        <p>{visibleText(outcome.message)}</p>
      </Notice>
    );
  }
  if (outcome.verdict.allowed) return <Notice kind="good" title="Allowed" />;
  return (
    <Notice kind="danger" title="Refused">
      {outcome.verdict.refusals.map((refusal, index) => (
        <p key={index}>{visibleText(explainRefusal(refusal))}</p>
      ))}
    </Notice>
  );
}

function tryCommand(
  all: readonly Caveat[],
  caveats: readonly Caveat[],
  line: string,
  machine: string,
  source: string,
): Tried | undefined {
  if (line.trim() === '') return undefined;
  try {
    const command = splitShellWords(line);
    const access = accessFor(all, command, machine, source);
    // Who must be asked besides cannot be asked here; the page says so.
    const own = caveats.filter(({ type }) => type !== '3P' && type !== 'BindToParentToken');
    return { kind: 'verdict', verdict: clear(own, access) };
  } catch (thrown) {
    if (!(thrown instanceof PosternError)) throw thrown;
    return { kind: 'unreadable', message: thrown.message };
  }
}

/** The request as the gateway would ask it: in the token's own organization and app, with what it leaves open. */
function accessFor(
  all: readonly Caveat[],
  command: readonly string[],
  machine: string,
  source: string,
): Access {
  const organization = all.find((caveat) => caveat.type === 'Organization');
  const apps = all.find((caveat) => caveat.type === 'Apps');
  const seconds = all.flatMap((caveat) => (caveat.type === 'MaxTimeout' ? [Number(caveat.seconds)] : []));
  const bytes = all.flatMap((caveat) => (caveat.type === 'MaxOutput' ? [Number(caveat.bytes)] : []));
  const anyId = 1n;
  return {
    kind: 'access',
    action: ACTION.w,
    now: Date.now(),
    orgId: organization === undefined || organization.id === 0n ? anyId : organization.id,
    appId: apps?.apps.find(({ id }) => id !== 0n)?.id ?? anyId,
    machine,
    command,
    stdin: false,
    tty: false,
    timeoutSeconds: Math.min(LIMITS.execDefaultTimeoutSeconds, ...seconds),
    outputBytes: Math.min(LIMITS.bufferedOutputBytes, ...bytes),
    envNames: [],
    ...(source === '' ? {} : { sourceAddress: source }),
  };
}

function flatten(caveats: readonly Caveat[]): readonly Caveat[] {
  return caveats.flatMap((caveat) =>
    caveat.type === 'IfPresent' ? [caveat, ...flatten(caveat.ifs)] : [caveat],
  );
}
