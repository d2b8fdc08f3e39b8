/** Shows what a command writes, while it writes or afterwards: both channels, told apart, nothing in it obeyed. */
import { memo, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Button } from '../components/button.tsx';
import { Copy } from '../components/copy.tsx';
import { bytesText } from './measures.ts';
import type { Output, OutputBlock, OutputSnapshot } from './output.ts';
import { shownText } from './terminal-text.ts';

export interface OutputViewProps {
  readonly output: Output;
  /** What is said in place of output that is not there, or not yet. */
  readonly empty: string;
  readonly label?: string;
}

/** So near to the end counts as the end. */
const END_PIXELS = 32;

export function OutputView({ output, empty, label = 'Output' }: OutputViewProps) {
  const shown = useSyncExternalStore(output.subscribe, output.get);
  const [spelled, setSpelled] = useState(false);
  const { box, isAtEnd, toEnd } = useEnd(shown, spelled);
  return (
    <div className="output">
      <div className="output-tools">
        <p className="output-sizes">
          stdout {bytesText(shown.bytes.stdout)} <span aria-hidden="true">·</span>{' '}
          <span className="output-sizes-stderr">stderr {bytesText(shown.bytes.stderr)}</span>
        </p>
        {shown.sequences && (
          <label className="check">
            <input type="checkbox" checked={spelled} onChange={(event) => setSpelled(event.target.checked)} />
            Show terminal codes
          </label>
        )}
        {!isAtEnd && (
          <Button small onClick={toEnd}>
            To the end
          </Button>
        )}
        {shown.blocks.length > 0 && (
          <Copy text={() => textOf(shown, spelled)} label={`Copy ${label.toLowerCase()}`} kind="quiet" />
        )}
      </div>
      {/* What is long scrolls; the keyboard can scroll what it can reach. */}
      <div className="output-box" ref={box} tabIndex={0} role="region" aria-label={label} dir="ltr">
        {shown.dropped > 0 && (
          <p className="output-dropped">
            Only the end is shown: {bytesText(shown.dropped)} before it are not.
          </p>
        )}
        {shown.blocks.length === 0 && <p className="output-empty">{empty}</p>}
        {shown.blocks.map((block, index) => (
          <Block
            key={block.key}
            block={block}
            spelled={spelled}
            begins={shown.blocks[index - 1]?.channel !== block.channel}
          />
        ))}
      </div>
    </div>
  );
}

interface BlockProps {
  readonly block: OutputBlock;
  readonly spelled: boolean;
  /** Whether what stands before is of the other channel. */
  readonly begins: boolean;
}

const Block = memo(function Block({ block, spelled, begins }: BlockProps) {
  return (
    <div className={`output-block output-${block.channel}`}>
      {begins && block.channel === 'stderr' && <span className="output-mark">stderr</span>}
      <code>{shownText(block.text, spelled)}</code>
    </div>
  );
});

/** Stays at the end while more comes, unless the reader has scrolled away from it. */
function useEnd(shown: OutputSnapshot, spelled: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  useEffect(() => {
    const element = box.current;
    const look = (): void => {
      if (element === null) return;
      setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < END_PIXELS);
    };
    element?.addEventListener('scroll', look, { passive: true });
    return () => element?.removeEventListener('scroll', look);
  }, []);
  const toEnd = (): void => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
    setAtEnd(true);
  };
  useLayoutEffect(() => {
    if (isAtEnd) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [shown, spelled, isAtEnd]);
  return { box, isAtEnd, toEnd };
}

/** What is shown, and not what came: what is pasted into a terminal must not steer it. */
function textOf({ blocks }: OutputSnapshot, spelled: boolean): string {
  return blocks.map(({ text }) => shownText(text, spelled)).join('');
}
