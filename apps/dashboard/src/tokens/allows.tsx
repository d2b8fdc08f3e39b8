import type { TokenResource } from '@postern/contract';
import { Command, visibleText } from '../components/text.tsx';
import { allowanceOf, readCaveats, type AllowedForm, type Allowance } from './allowance.ts';

/** Rows of a list show this many commands and say how many there are besides. */
const SHOWN_IN_ROW = 3;

export interface AllowsProps {
  readonly token: Pick<TokenResource, 'profile' | 'caveats' | 'summary'>;
  readonly machineName: (id: string) => string;
  /** In a list: the first few commands. */
  readonly short?: boolean;
}

/** The commands of a token in plain words, and the machines it is pinned to. */
export function Allows({ token, machineName, short }: AllowsProps) {
  const caveats = readCaveats(token.caveats);
  if (caveats === undefined) return <p>{visibleText(token.summary)}</p>;
  if (token.profile === 'readonly') return <p className="allows">Reads the whole organization</p>;
  return (
    <AllowanceText
      allowance={allowanceOf(caveats)}
      machineName={machineName}
      {...(short === undefined ? {} : { short })}
    />
  );
}

export interface AllowanceTextProps {
  readonly allowance: Allowance;
  readonly machineName: (id: string) => string;
  readonly short?: boolean;
}

export function AllowanceText({ allowance, machineName, short }: AllowanceTextProps) {
  const { commands, machines, others } = allowance;
  return (
    <div className="allows">
      {commands.length === 0 ? (
        <p className="allows-all">Every command</p>
      ) : (
        commands.map((forms, index) => (
          // Lists have no name, and their order is that of the token.
          <Forms key={index} forms={forms} also={index > 0} short={short === true} />
        ))
      )}
      {machines !== undefined && (
        <p className="allows-where">
          {machines.length === 0 ? 'on no machine' : `only on ${machines.map(machineName).join(', ')}`}
        </p>
      )}
      {others.map((text) => (
        <p key={text} className="allows-where">
          {visibleText(text)}
        </p>
      ))}
    </div>
  );
}

interface FormsProps {
  readonly forms: readonly AllowedForm[];
  readonly also: boolean;
  readonly short: boolean;
}

function Forms({ forms, also, short }: FormsProps) {
  const shown = short ? forms.slice(0, SHOWN_IN_ROW) : forms;
  const more = forms.length - shown.length;
  return (
    <>
      {also && <p className="allows-where">and only if also</p>}
      <ul className="allows-list">
        {shown.map((form, index) => (
          <li key={index}>
            <Form form={form} />
          </li>
        ))}
        {more > 0 && <li className="muted">and {more} more</li>}
        {forms.length === 0 && <li>no command</li>}
      </ul>
    </>
  );
}

function Form({ form }: { readonly form: AllowedForm }) {
  if (form.kind === 'template') {
    return (
      <>
        <code className="command" dir="ltr">
          {visibleText(form.text)}
        </code>{' '}
        <span className="muted">with holes</span>
      </>
    );
  }
  const { args, exact } = form.rule;
  if (args.length === 0) return <>{exact ? 'only the empty command' : 'every command'}</>;
  return (
    <>
      <Command argv={args} /> <span className="muted">{exact ? 'exactly' : 'and words after it'}</span>
    </>
  );
}
