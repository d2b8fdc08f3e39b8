import { useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

const SHOWN_MS = 2000;

export interface CopyProps {
  /** The text, or what makes it when it is asked for. */
  readonly text: string | (() => string);
  /** What is copied, for those who do not see the place: `Copy the token`. */
  readonly label: string;
  /** The word on the button. */
  readonly children?: string;
  readonly kind?: 'primary' | 'plain' | 'quiet';
}

/** Copies a text, and says so. */
export function Copy({ text, label, children = 'Copy', kind = 'plain' }: CopyProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async (): Promise<void> => {
    setState((await writeText(typeof text === 'string' ? text : text())) ? 'copied' : 'failed');
  };
  return (
    <Button kind={kind} small aria-label={state === 'idle' ? label : undefined} onClick={() => void copy()}>
      <Icon name={state === 'copied' ? 'check' : 'copy'} />
      <span aria-live="polite">
        {state === 'copied' ? 'Copied' : state === 'failed' ? 'Select and copy by hand' : children}
      </span>
    </Button>
  );
}

async function writeText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Over plain http to another host browsers offer no clipboard, but still copy what is selected. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.className = 'off-screen';
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

/** A line or block to copy, with its button. */
export function CopyBlock({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="copy-block">
      {/* Long lines scroll; the keyboard can scroll what it can reach. */}
      <pre tabIndex={0} aria-label={label.replace(/^Copy /, '')} role="region">
        <code>{text}</code>
      </pre>
      <Copy text={text} label={label} kind="quiet" />
    </div>
  );
}
