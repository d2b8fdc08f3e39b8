import { operations, type RecordMode } from '@postern/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Await } from '../../components/await.tsx';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Icon } from '../../components/icon.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { Table } from '../../components/table.tsx';
import { Name, visibleText } from '../../components/text.tsx';
import { Link } from '../../router/link.tsx';
import { useApps } from '../../shell/place.ts';
import { CreateAppDialog, DeleteAppDialog, RenameAppDialog } from './app-dialogs.tsx';

type App = z.output<typeof operations.showApp.output>;
type Asked =
  | { readonly kind: 'create' }
  | { readonly kind: 'rename'; readonly app: App }
  | { readonly kind: 'delete'; readonly app: App };

const MODES: Readonly<Record<RecordMode, string>> = {
  off: 'The audit entry alone',
  metadata: 'What ran, without its output',
  full: 'What ran, and its output',
};

const isMode = (text: string): text is RecordMode => Object.hasOwn(MODES, text);

/** The apps of the organization, and what is kept of their execs. */
export function AppsSection({ org }: { readonly org: string }) {
  const answer = useApps();
  const [asked, setAsked] = useState<Asked>();
  const changing = useAct();
  const done = (): void => {
    setAsked(undefined);
    answer.refresh();
  };
  const setMode = (app: string, record: RecordMode): void =>
    changing.run(async () => {
      await call(operations.updateApp, { params: { app }, body: { record } });
      answer.refresh();
    });
  return (
    <section className="stack section">
      <div className="section-head">
        <h2>Apps</h2>
        <Button small onClick={() => setAsked({ kind: 'create' })}>
          <Icon name="plus" />
          Create an app
        </Button>
      </div>
      <p className="muted">
        An app is a collection of machines; tokens are for one. Recording says what is kept of each exec from
        now on. Who ran what, and whether it was allowed, is always in the audit log.
      </p>
      {changing.error !== undefined && <ErrorNotice error={changing.error} />}
      <Await answer={answer}>
        {({ apps }) => {
          const own = apps.filter(({ organization }) => organization.slug === org);
          if (own.length === 0) return <EmptyState icon="app" title="No apps yet" />;
          return (
            <Table
              caption="Apps, and what is kept of their execs"
              rows={own}
              rowKey={({ id }) => id}
              stale={answer.loading}
              columns={[
                {
                  key: 'app',
                  title: 'App',
                  label: '',
                  cell: ({ name }) => (
                    <Link to={`/apps/${encodeURIComponent(name)}/tokens`} className="token-name">
                      <Name>{name}</Name>
                    </Link>
                  ),
                },
                { key: 'machines', title: 'Machines', cell: ({ machine_count }) => machine_count },
                {
                  key: 'record',
                  title: 'Recording',
                  cell: ({ name, record }) => (
                    <select
                      aria-label={`Recording of ${visibleText(name)}`}
                      disabled={changing.busy}
                      value={record}
                      onChange={({ target }) => {
                        if (isMode(target.value)) setMode(name, target.value);
                      }}
                    >
                      {Object.entries(MODES).map(([value, label]) => (
                        <option key={value} value={value}>
                          {label}
                        </option>
                      ))}
                    </select>
                  ),
                },
                {
                  key: 'act',
                  title: <span className="off-screen">Rename or delete</span>,
                  label: '',
                  cell: (app) => (
                    <div className="row acts">
                      <Button
                        small
                        aria-label={`Rename ${visibleText(app.name)}`}
                        onClick={() => setAsked({ kind: 'rename', app })}
                      >
                        Rename
                      </Button>
                      <Button
                        small
                        kind="danger"
                        aria-label={`Delete ${visibleText(app.name)}`}
                        onClick={() => setAsked({ kind: 'delete', app })}
                      >
                        Delete
                      </Button>
                    </div>
                  ),
                },
              ]}
            />
          );
        }}
      </Await>
      {asked?.kind === 'create' && (
        <CreateAppDialog org={org} onClose={() => setAsked(undefined)} onDone={done} />
      )}
      {asked?.kind === 'rename' && (
        <RenameAppDialog app={asked.app} onClose={() => setAsked(undefined)} onDone={done} />
      )}
      {asked?.kind === 'delete' && (
        <DeleteAppDialog app={asked.app} onClose={() => setAsked(undefined)} onDone={done} />
      )}
    </section>
  );
}
