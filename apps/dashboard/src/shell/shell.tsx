import { useEffect, useRef, useState, type ReactNode } from 'react';
import { connection, tryNow } from '../api/connection.ts';
import { follow } from '../api/live.ts';
import type { SessionFacts } from '../api/session.ts';
import { useWatched } from '../api/store.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Icon } from '../components/icon.tsx';
import { Link } from '../router/link.tsx';
import type { Params } from '../router/match.ts';
import { Navigation } from './navigation.tsx';
import { useApps, useChosenOrganization, useOrganization } from './place.ts';
import { SignInForm } from './sign-in.tsx';
import { Wordmark } from './wordmark.tsx';

export interface ShellProps {
  readonly facts: SessionFacts;
  /** The session is over: what is on the page stays, behind a question. */
  readonly ended: boolean;
  readonly path: string;
  readonly params: Params;
  readonly children: ReactNode;
}

/** What stands around every page. */
export function Shell({ facts, ended, path, params, children }: ShellProps) {
  const organization = useShownOrganization(facts, params);
  const [open, setOpen] = useState(false);
  const menuButton = useRef<HTMLButtonElement>(null);
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    if (!open) return undefined;
    const close = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      menuButton.current?.focus();
    };
    globalThis.addEventListener('keydown', close);
    return () => globalThis.removeEventListener('keydown', close);
  }, [open]);
  useEffect(() => follow(ended || organization === '' ? undefined : organization), [ended, organization]);
  return (
    <div className="shell">
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <header className="top-bar">
        <Link to="/" className="home-link" aria-label="Postern, start page">
          <Wordmark />
        </Link>
        <button
          ref={menuButton}
          type="button"
          className="menu-button"
          aria-expanded={open}
          aria-controls="side"
          onClick={() => setOpen(!open)}
          aria-label="Menu"
        >
          <Icon name={open ? 'close' : 'menu'} />
        </button>
      </header>
      <section id="side" aria-label="Where to go" className={open ? 'side side-open' : 'side'}>
        <Link to="/" className="home-link" aria-label="Postern, start page">
          <Wordmark />
        </Link>
        <Navigation facts={facts} organization={organization} path={path} params={params} />
      </section>
      <main id="page" className="page" tabIndex={-1}>
        <ConnectionBanner />
        {children}
      </main>
      {ended && (
        <Dialog title="Your session has ended">
          <SignInForm />
        </Dialog>
      )}
    </div>
  );
}

function useShownOrganization(facts: SessionFacts, params: Params): string {
  const { data } = useApps();
  const ofApp = data?.apps.find(({ name }) => name === params['app'])?.organization.slug;
  useOrganization(params['org'] ?? ofApp);
  const chosen = useChosenOrganization();
  const known = facts.organizations.find(({ slug }) => slug === chosen) ?? facts.organizations[0];
  return known?.slug ?? '';
}

function ConnectionBanner() {
  const state = useWatched(connection);
  return (
    <div role="status" className="banner-place">
      {state === 'lost' && (
        <div className="banner">
          <Icon name="warn" />
          <p>The server cannot be reached. Trying again by itself.</p>
          <Button small onClick={tryNow}>
            Try now
          </Button>
        </div>
      )}
    </div>
  );
}
