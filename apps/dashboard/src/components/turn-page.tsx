import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export interface TurnPageProps {
  /** What is shown: `51–100`. */
  readonly children: string;
  /** Absent on the first page. */
  readonly onNewer: (() => void) | undefined;
  /** Absent on the last page. */
  readonly onOlder: (() => void) | undefined;
}

/** Turns the pages of a list, newest first, that nobody has counted. */
export function TurnPage({ children, onNewer, onOlder }: TurnPageProps) {
  const turn = (move: (() => void) | undefined): void => {
    move?.();
    globalThis.scrollTo(0, 0);
  };
  return (
    <nav className="pager" aria-label="Pages of the list">
      <p role="status">{children}</p>
      <Button small disabled={onNewer === undefined} onClick={() => turn(onNewer)} aria-label="Newer">
        <Icon name="left" />
      </Button>
      <Button small disabled={onOlder === undefined} onClick={() => turn(onOlder)} aria-label="Older">
        <Icon name="right" />
      </Button>
    </nav>
  );
}
