import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export interface PagerProps {
  /** Rows before this page. */
  readonly offset: number;
  readonly shown: number;
  readonly total: number;
  readonly pageSize: number;
  readonly onMove: (offset: number) => void;
}

const count = new Intl.NumberFormat('en');

/** Rows after a page that the server counts; where there are as many, there may be more. */
export const COUNTED_AFTER_PAGE = 1000;

export function Pager({ offset, shown, total, pageSize, onMove }: PagerProps) {
  const last = offset + shown;
  const all = `${total >= last + COUNTED_AFTER_PAGE ? 'at least ' : ''}${count.format(total)}`;
  return (
    <nav className="pager" aria-label="Pages of the list">
      <p role="status">
        {total === 0 ? 'None' : `${count.format(offset + 1)}–${count.format(last)} of ${all}`}
      </p>
      <Button
        small
        disabled={offset === 0}
        onClick={() => onMove(Math.max(0, offset - pageSize))}
        aria-label="Previous page"
      >
        <Icon name="left" />
      </Button>
      <Button small disabled={last >= total} onClick={() => onMove(offset + pageSize)} aria-label="Next page">
        <Icon name="right" />
      </Button>
    </nav>
  );
}
