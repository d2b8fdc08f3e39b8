/** The commands of a token: one line each, how it is compared, and what becomes of it. */
import { LIMITS } from '@postern/contract';
import { useId, useRef, type ClipboardEvent } from 'react';
import { ArgvWords } from '../components/argv-words.tsx';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { visibleText } from '../components/text.tsx';
import type { How, ReadRule, RuleDraft } from './draft.ts';

const HOWS: ReadonlyArray<readonly [how: How, label: string]> = [
  ['exact', 'exactly this'],
  ['prefix', 'and words after it'],
  ['template', 'a form with holes'],
];

const HINTS: Readonly<Record<How, string>> = {
  exact: 'Every word must be the same, and none may follow.',
  prefix: 'The command must begin with these words; anything may follow them.',
  template:
    'Holes: {web|worker}, {1..1000}, {/[a-z_]+/}, and last {...5:/[a-z]+/} for up to five more words.',
};

export interface RulesFieldProps {
  readonly rules: readonly RuleDraft[];
  readonly read: readonly ReadRule[];
  readonly onChange: (rules: readonly RuleDraft[]) => void;
}

export function RulesField({ rules, read, onChange }: RulesFieldProps) {
  const nextKey = useRef(Math.max(0, ...rules.map(({ key }) => key)) + 1);
  const list = useRef<HTMLFieldSetElement>(null);
  const change = (key: number, change: Partial<RuleDraft>): void =>
    onChange(rules.map((rule) => (rule.key === key ? { ...rule, ...change } : rule)));
  const add = (): void => {
    const key = nextKey.current++;
    onChange([...rules, { key, line: '', how: 'exact' }]);
    // The new field is there after React has drawn it.
    setTimeout(() => list.current?.querySelector<HTMLInputElement>(`[data-rule="${key}"]`)?.focus());
  };
  /** Several lines become several commands. */
  const paste = (key: number, event: ClipboardEvent<HTMLInputElement>): void => {
    const lines = event.clipboardData
      .getData('text')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
    if (lines.length < 2) return;
    event.preventDefault();
    const more = lines.slice(0, LIMITS.tokenCommands).map((line, index): RuleDraft => ({
      key: index === 0 ? key : nextKey.current++,
      line,
      how: 'exact',
    }));
    onChange(rules.flatMap((rule) => (rule.key === key ? more : [rule])));
  };
  return (
    <fieldset className="rules" ref={list}>
      <legend className="field-label">Commands</legend>
      <p className="hint">
        One each, with its arguments. Several lines can be pasted at once. There is no shell: what you write
        is the program and its words.
      </p>
      <ul>
        {rules.map((rule, index) => (
          <Rule
            key={rule.key}
            rule={rule}
            read={read.find(({ key }) => key === rule.key)}
            number={index + 1}
            alone={rules.length === 1}
            onChange={(changed) => change(rule.key, changed)}
            onPaste={(event) => paste(rule.key, event)}
            onRemove={() => onChange(rules.filter(({ key }) => key !== rule.key))}
          />
        ))}
      </ul>
      <Button small onClick={add} disabled={rules.length >= LIMITS.tokenCommands}>
        <Icon name="plus" />
        Add a command
      </Button>
    </fieldset>
  );
}

interface RuleProps {
  readonly rule: RuleDraft;
  readonly read: ReadRule | undefined;
  readonly number: number;
  readonly alone: boolean;
  readonly onChange: (change: Partial<RuleDraft>) => void;
  readonly onPaste: (event: ClipboardEvent<HTMLInputElement>) => void;
  readonly onRemove: () => void;
}

function Rule({ rule, read, number, alone, onChange, onPaste, onRemove }: RuleProps) {
  const notes = useId();
  return (
    <li className="rule">
      <div className="rule-line">
        <input
          type="text"
          className="code-input"
          data-rule={rule.key}
          aria-label={`Command ${number}`}
          aria-describedby={notes}
          aria-invalid={read?.error === undefined ? undefined : true}
          placeholder={rule.how === 'template' ? 'systemctl restart {web|worker}' : 'bin/rails db:migrate'}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={rule.line}
          onChange={(event) => onChange({ line: event.target.value })}
          onPaste={onPaste}
        />
        <select
          aria-label={`How command ${number} is compared`}
          value={rule.how}
          onChange={(event) => {
            const how = HOWS.find(([value]) => value === event.target.value)?.[0];
            if (how !== undefined) onChange({ how });
          }}
        >
          {HOWS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        {!alone && (
          <Button kind="quiet" small aria-label={`Remove command ${number}`} onClick={onRemove}>
            <Icon name="close" />
          </Button>
        )}
      </div>
      <div id={notes} className="rule-notes">
        {read?.error === undefined ? (
          <Words rule={rule} read={read} />
        ) : (
          <p className="field-error">{visibleText(read.error)}</p>
        )}
        {read?.advice !== undefined && <p className="warn-text">{visibleText(read.advice)}</p>}
      </div>
    </li>
  );
}

function Words({ rule, read }: { readonly rule: RuleDraft; readonly read: ReadRule | undefined }) {
  const words = read?.words ?? [];
  return (
    <p className="hint">
      {words.length > 0 && <ArgvWords words={words} />}
      {HINTS[rule.how]}
    </p>
  );
}
