import { Component, type ReactNode } from 'react';
import { Notice } from '../components/notice.tsx';
import { Button } from '../components/button.tsx';

interface BoundaryProps {
  readonly children: ReactNode;
}

/** A page that broke, or could not be loaded, leaves the rest standing. */
export class PageBoundary extends Component<BoundaryProps, { readonly broken: boolean }> {
  override readonly state: { readonly broken: boolean } = { broken: false };

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <Notice
        kind="danger"
        role="alert"
        title="This page broke"
        actions={
          <Button small onClick={() => location.reload()}>
            Load it again
          </Button>
        }
      >
        <p>It may be that the server was updated meanwhile. Nothing you did was lost on the server.</p>
      </Notice>
    );
  }
}
