/** The audit log of an organization: found, followed, verified and taken away as a file. */
import { operations, type AuditEntryResource } from '@postern/contract';
import { useEffect, useState } from 'react';
import { useLive } from '../../api/live.ts';
import { session } from '../../api/session.ts';
import { useWatched } from '../../api/store.ts';
import { useCall } from '../../api/use-call.ts';
import { Chain } from '../../audit/chain.tsx';
import { EntryAction, EntryDialog, EntryOutcome } from '../../audit/entry.tsx';
import { ExportDialog } from '../../audit/export-dialog.tsx';
import { Filters } from '../../audit/filters.tsx';
import {
  FIRST_PAGE,
  NO_FILTER,
  PAGE_SIZE,
  pageQuery,
  useFilter,
  usePlace,
  type Filter,
} from '../../audit/query.ts';
import { Await } from '../../components/await.tsx';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Table, type Column } from '../../components/table.tsx';
import { visibleText } from '../../components/text.tsx';
import { Time } from '../../components/time.tsx';
import { TurnPage } from '../../components/turn-page.tsx';
import { clip } from '../../execs/clip.ts';
import type { PageProps } from '../../pages.ts';
import { setQuery } from '../../router/location.ts';
import { useOrganization } from '../../shell/place.ts';

export function Page({ params: { org = '' } }: PageProps) {
  useOrganization(org);
  const filter = useFilter();
  const [exporting, setExporting] = useState(false);
  return (
    <>
      <PageHeader title="Audit" actions={<Button onClick={() => setExporting(true)}>Export</Button>}>
        <p>Every decision and every change, written before it took effect.</p>
      </PageHeader>
      <VerifiedChain org={org} />
      <Filters organization={org} filter={filter} />
      <Entries key={org} org={org} filter={filter} />
      {exporting && <ExportDialog organization={org} filter={filter} onClose={() => setExporting(false)} />}
    </>
  );
}

/** Only admins may verify it. */
function VerifiedChain({ org }: { readonly org: string }) {
  const state = useWatched(session);
  const organizations = state.kind === 'person' || state.kind === 'ended' ? state.facts.organizations : [];
  const isAdmin = organizations.some(({ role }) => role === 'admin');
  const newest = useCall(
    operations.listAudit,
    isAdmin ? { params: { org }, query: { limit: 1 } } : undefined,
  );
  return isAdmin ? <Chain newest={newest.data?.entries[0]?.seq} /> : null;
}

function Entries({ org, filter }: { readonly org: string; readonly filter: Filter }) {
  const place = usePlace();
  const [follows, setFollows] = useState(true);
  const [isBehind, setBehind] = useState(false);
  const [shown, setShown] = useState<AuditEntryResource>();
  const isNewest = place.before === undefined && place.after === undefined;
  const answer = useCall(
    operations.listAudit,
    { params: { org }, query: pageQuery(filter, place) },
    follows && isNewest ? ['audit'] : [],
  );
  useLive(['audit'], () => {
    if (!follows && isNewest) setBehind(true);
  });
  const got = answer.data?.entries.length;
  useEffect(() => {
    // Fewer than a page come after it: that is the newest page.
    if (place.after !== undefined && got !== undefined && got < PAGE_SIZE) setQuery(FIRST_PAGE);
  }, [place.after, got]);
  const refresh = (): void => {
    setBehind(false);
    answer.refresh();
  };
  return (
    <>
      <div className="row audit-follow">
        <label className="check">
          <input
            type="checkbox"
            checked={follows}
            onChange={(event) => {
              setFollows(event.target.checked);
              if (event.target.checked) refresh();
            }}
          />
          Follow live
        </label>
        {!isNewest && (
          <Button small onClick={() => setQuery(FIRST_PAGE)}>
            To the newest
          </Button>
        )}
        {isBehind && !follows && isNewest && (
          <Button small onClick={refresh}>
            Show new entries
          </Button>
        )}
      </div>
      <Await answer={answer}>
        {({ entries, next_cursor: next }) => {
          const rows = place.after === undefined ? entries : entries.toReversed();
          const [first] = rows;
          const last = rows.at(-1);
          if (first === undefined || last === undefined) {
            return <NoEntries filtered={Object.keys(filter).length > 0 || !isNewest} />;
          }
          const hasOlder = place.after !== undefined || next !== null;
          return (
            <>
              <Table
                caption="Audit entries"
                rows={rows}
                rowKey={({ seq }) => String(seq)}
                stale={answer.loading && answer.data === undefined}
                columns={columns(setShown)}
              />
              <TurnPage
                onNewer={isNewest ? undefined : () => setQuery({ before: '', after: String(first.seq) })}
                onOlder={hasOlder ? () => setQuery({ before: String(last.seq), after: '' }) : undefined}
              >
                {first.seq === last.seq ? `Entry ${first.seq}` : `Entries ${first.seq} to ${last.seq}`}
              </TurnPage>
            </>
          );
        }}
      </Await>
      {shown !== undefined && (
        <EntryDialog
          entry={shown}
          onClose={() => setShown(undefined)}
          onActor={(actor) => {
            setShown(undefined);
            setQuery({ ...FIRST_PAGE, actor });
          }}
        />
      )}
    </>
  );
}

function NoEntries({ filtered }: { readonly filtered: boolean }) {
  if (!filtered) return <EmptyState icon="audit" title="Nothing has happened yet" />;
  return (
    <EmptyState
      icon="search"
      title="No entry fits"
      actions={<Button onClick={() => setQuery(NO_FILTER)}>Show all entries</Button>}
    />
  );
}

function columns(show: (entry: AuditEntryResource) => void): readonly Column<AuditEntryResource>[] {
  return [
    {
      key: 'seq',
      title: 'Entry',
      cell: (entry) => (
        <Button small kind="quiet" aria-label={`Entry ${entry.seq}`} onClick={() => show(entry)}>
          {entry.seq}
        </Button>
      ),
    },
    { key: 'what', title: 'What', label: '', cell: (entry) => <EntryAction entry={entry} /> },
    {
      key: 'entry-outcome',
      title: 'Outcome',
      cell: ({ outcome }) => <EntryOutcome outcome={outcome} />,
    },
    {
      key: 'actor',
      title: 'By',
      cell: ({ actor }) => <bdi className="name">{visibleText(clip(actor, 80))}</bdi>,
    },
    {
      key: 'app',
      title: 'App',
      cell: ({ app }) => (app === null ? '' : <bdi className="name">{visibleText(app)}</bdi>),
    },
    { key: 'when', title: 'When', cell: ({ at }) => <Time at={at} /> },
  ];
}
