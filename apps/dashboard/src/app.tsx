/** From the session and the path to one page. */
import { lazy, Suspense, useEffect, type ComponentType, type LazyExoticComponent } from 'react';
import { connection } from './api/connection.ts';
import { session } from './api/session.ts';
import { loadSession } from './api/sign-in.ts';
import { useWatched } from './api/store.ts';
import { Button, ButtonLink } from './components/button.tsx';
import { EmptyState } from './components/empty-state.tsx';
import { Notice } from './components/notice.tsx';
import { PageHeader } from './components/page-header.tsx';
import { Spinner } from './components/spinner.tsx';
import { PAGES, type PageProps } from './pages.ts';
import { navigate, usePath } from './router/location.ts';
import { matchPath, type Params } from './router/match.ts';
import { PageBoundary } from './shell/page-boundary.tsx';
import { Shell } from './shell/shell.tsx';
import { SignInPage } from './shell/sign-in.tsx';

interface Route {
  readonly params: Params;
  readonly page: LazyExoticComponent<ComponentType<PageProps>> | undefined;
}

const ROUTES = PAGES.map(({ path, load }) => ({
  path,
  page: lazy(async () => ({ default: (await load()).Page })),
}));

function findRoute(path: string): Route {
  for (const { path: pattern, page } of ROUTES) {
    const params = matchPath(pattern, path);
    if (params !== undefined) return { params, page };
  }
  return { params: {}, page: undefined };
}

export function App() {
  const state = useWatched(session);
  const online = useWatched(connection) === 'ok';
  const path = usePath();
  const { params, page: Page } = findRoute(path);
  useEffect(() => {
    if (online && (state.kind === 'asking' || state.kind === 'failed')) void loadSession();
    // The state decides only when the network comes back.
  }, [online]);
  useEffect(() => {
    // A link for somebody who has signed in already signs nobody in: it stays unused.
    if (state.kind === 'person' && path === '/login') navigate('/', { replace: true });
  }, [state.kind, path]);

  switch (state.kind) {
    case 'asking':
      return <Waiting />;
    case 'failed':
      return (
        <main className="sign-in">
          <Notice
            kind="danger"
            role="alert"
            title="The dashboard cannot start"
            actions={
              <Button small onClick={() => void loadSession()}>
                Try again
              </Button>
            }
          >
            <p>{state.message}</p>
          </Notice>
        </main>
      );
    case 'nobody':
      return <SignInPage />;
    case 'person':
    case 'ended':
      return (
        <Shell facts={state.facts} ended={state.kind === 'ended'} path={path} params={params}>
          <PageBoundary key={path}>
            <Suspense fallback={<Waiting />}>
              {Page === undefined ? <NoPage /> : <Page params={params} />}
            </Suspense>
          </PageBoundary>
        </Shell>
      );
  }
}

function Waiting() {
  return (
    <p className="loading" role="status">
      <Spinner /> Loading…
    </p>
  );
}

function NoPage() {
  return (
    <>
      <PageHeader title="There is no such page" />
      <EmptyState
        icon="search"
        title="Nothing is here"
        actions={<ButtonLink to="/">To the start page</ButtonLink>}
      >
        <p>The address may be mistyped, or what it named is gone.</p>
      </EmptyState>
    </>
  );
}
