import { useEffect, useRef, type ReactNode } from 'react';
import { visibleText } from './text.tsx';

export interface PageHeaderProps {
  readonly title: string;
  /** One line below the title. */
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

let pagesShown = 0;

/** The head of a page: names the window, and takes the focus when the reader came from another page. */
export function PageHeader({ title, children, actions }: PageHeaderProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = visibleText(title);
  useEffect(() => {
    document.title = `${shown} · Postern`;
  }, [shown]);
  useEffect(() => {
    if (pagesShown > 0) heading.current?.focus({ preventScroll: true });
    pagesShown += 1;
  }, []);
  return (
    <header className="page-head">
      <div className="page-title">
        <h1 ref={heading} tabIndex={-1}>
          <bdi>{shown}</bdi>
        </h1>
        {children !== undefined && <div className="page-lead">{children}</div>}
      </div>
      {actions !== undefined && <div className="page-actions">{actions}</div>}
    </header>
  );
}
