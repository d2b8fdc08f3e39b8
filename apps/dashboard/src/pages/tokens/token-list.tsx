/** The tokens of an app or organization: found, filtered, sorted and paged on the server. */
import { operations, PROFILE_TITLES, type TokenResource } from '@postern/contract';
import { useEffect, useState, type ReactNode } from 'react';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Button, ButtonLink } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Pager } from '../../components/pager.tsx';
import { Table, type Column } from '../../components/table.tsx';
import { Name, visibleText } from '../../components/text.tsx';
import { Time } from '../../components/time.tsx';
import { Link } from '../../router/link.tsx';
import { setQuery } from '../../router/location.ts';
import { Allows } from '../../tokens/allows.tsx';
import { useMachineNames } from '../../tokens/machine-names.ts';
import { isLive, TokenStatus } from '../../tokens/status.tsx';
import { ListTools, PAGE_SIZE, useListQuery } from './list-tools.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';

export interface TokenListProps {
  /** Slug of the organization they belong to; undefined while it is not known. */
  readonly organization: string | undefined;
  /** The app they belong to; undefined lists those of the organization and of all its apps. */
  readonly app?: string;
  readonly caption: string;
  /** Where a token is created. */
  readonly create: string;
  /** Said where there is no token at all. */
  readonly children: ReactNode;
}

export function TokenList({ organization, app, caption, create, children }: TokenListProps) {
  const [query, filtered] = useListQuery();
  const ofApp = useCall(
    operations.listAppTokens,
    app === undefined ? undefined : { params: { app }, query },
    ['token'],
  );
  const ofOrganization = useCall(
    operations.listOrganizationTokens,
    app !== undefined || organization === undefined ? undefined : { params: { org: organization }, query },
    ['token'],
  );
  const answer = app === undefined ? ofOrganization : ofApp;
  const machineName = useMachineNames(app);
  const [selected, setSelected] = useState<ReadonlyMap<string, TokenResource>>(new Map());
  const [revoking, setRevoking] = useState<readonly TokenResource[]>([]);

  const offset = Number(query.cursor ?? '0');
  const total = answer.data?.total;
  useEffect(() => {
    // The last page may be gone after a revocation.
    if (total !== undefined && offset > 0 && offset >= total) setQuery({ from: '' });
  }, [offset, total]);

  const toggle = (tokens: readonly TokenResource[], on: boolean): void => {
    const next = new Map(selected);
    for (const token of tokens) {
      if (on) next.set(token.id, token);
      else next.delete(token.id);
    }
    setSelected(next);
  };

  return (
    <>
      <ListTools />
      {selected.size > 0 && (
        <SelectionBar
          count={selected.size}
          onRevoke={() => setRevoking([...selected.values()])}
          onClear={() => setSelected(new Map())}
        />
      )}
      <Await answer={answer}>
        {({ tokens, total: count }) =>
          tokens.length === 0 ? (
            <NoTokens filtered={filtered} create={create}>
              {children}
            </NoTokens>
          ) : (
            <>
              <Table
                caption={caption}
                rows={tokens}
                rowKey={({ id }) => id}
                rowClass={(token) => (isLive(token) ? '' : 'row-over')}
                stale={answer.loading}
                columns={columns({ tokens, selected, toggle, machineName, app, revoke: setRevoking })}
              />
              <Pager
                offset={offset}
                shown={tokens.length}
                total={count}
                pageSize={PAGE_SIZE}
                onMove={(to) => {
                  setQuery({ from: to === 0 ? '' : String(to) });
                  globalThis.scrollTo(0, 0);
                }}
              />
            </>
          )
        }
      </Await>
      {revoking.length > 0 && organization !== undefined && (
        <RevokeDialog
          organization={organization}
          tokens={revoking}
          onClose={() => setRevoking([])}
          onRevoked={() => {
            setRevoking([]);
            setSelected(new Map());
            answer.refresh();
          }}
        />
      )}
    </>
  );
}

function NoTokens({
  filtered,
  create,
  children,
}: {
  filtered: boolean;
  create: string;
  children: ReactNode;
}) {
  if (filtered) {
    return (
      <EmptyState
        icon="search"
        title="No token fits"
        actions={
          <Button onClick={() => setQuery({ q: '', status: '', sort: '', from: '' })}>Show all tokens</Button>
        }
      />
    );
  }
  return (
    <EmptyState
      icon="key"
      title="No tokens yet"
      actions={
        <ButtonLink kind="primary" to={create}>
          Create a token
        </ButtonLink>
      }
    >
      {children}
    </EmptyState>
  );
}

interface SelectionBarProps {
  readonly count: number;
  readonly onRevoke: () => void;
  readonly onClear: () => void;
}

function SelectionBar({ count, onRevoke, onClear }: SelectionBarProps) {
  return (
    <div className="selection" role="region" aria-label="Selection">
      <p role="status">{count} selected</p>
      <Button small kind="danger" onClick={onRevoke}>
        Revoke {count === 1 ? 'it' : `all ${count}`}
      </Button>
      <Button small kind="quiet" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}

interface ColumnOptions {
  readonly tokens: readonly TokenResource[];
  readonly selected: ReadonlyMap<string, TokenResource>;
  readonly toggle: (tokens: readonly TokenResource[], on: boolean) => void;
  readonly machineName: (id: string) => string;
  readonly app: string | undefined;
  readonly revoke: (tokens: readonly TokenResource[]) => void;
}

function columns(options: ColumnOptions): readonly Column<TokenResource>[] {
  const { tokens, selected, toggle, machineName, app, revoke } = options;
  const live = tokens.filter(isLive);
  const all = live.length > 0 && live.every(({ id }) => selected.has(id));
  return [
    {
      key: 'select',
      label: '',
      title: (
        <input
          type="checkbox"
          aria-label="Select every live token of this page"
          checked={all}
          disabled={live.length === 0}
          onChange={() => toggle(live, !all)}
        />
      ),
      cell: (token) =>
        isLive(token) && (
          <input
            type="checkbox"
            aria-label={`Select ${visibleText(token.name)}`}
            checked={selected.has(token.id)}
            onChange={(event) => toggle([token], event.target.checked)}
          />
        ),
    },
    {
      key: 'name',
      title: 'Name',
      label: '',
      cell: (token) => <NameCell token={token} ofApp={app !== undefined} />,
    },
    {
      key: 'allows',
      title: 'Allows',
      cell: (token) => <Allows token={token} machineName={machineName} short />,
    },
    {
      key: 'expires',
      title: 'Expires',
      cell: (token) => (
        <div>
          <Time at={token.expires_at} />
          <div className="sub">
            created <Time at={token.created_at} />
          </div>
        </div>
      ),
    },
    { key: 'used', title: 'Last used', cell: (token) => <UseCell token={token} /> },
    { key: 'status', title: 'Status', cell: (token) => <TokenStatus status={token.status} /> },
    {
      key: 'act',
      title: <span className="off-screen">Revoke</span>,
      label: '',
      cell: (token) =>
        isLive(token) && (
          <Button
            small
            kind="danger"
            aria-label={`Revoke ${visibleText(token.name)}`}
            onClick={() => revoke([token])}
          >
            Revoke
          </Button>
        ),
    },
  ];
}

function NameCell({ token, ofApp }: { readonly token: TokenResource; readonly ofApp: boolean }) {
  return (
    <div>
      <Link to={`/tokens/${encodeURIComponent(token.id)}`} className="token-name">
        <Name>{token.name}</Name>
      </Link>
      <div className="sub">
        <code>{token.id}</code>
      </div>
      <div className="sub">
        {!ofApp && token.app !== null && (
          <>
            <Link to={`/apps/${encodeURIComponent(token.app)}/tokens`}>
              <Name>{token.app}</Name>
            </Link>{' '}
            ·{' '}
          </>
        )}
        {PROFILE_TITLES[token.profile]} by <Name>{token.created_by}</Name>
      </div>
    </div>
  );
}

function UseCell({ token }: { readonly token: TokenResource }) {
  return (
    <div>
      <Time at={token.last_used_at} never="never" />
      {(token.uses > 0 || token.refusals > 0) && (
        <div className="sub">
          {token.uses} {token.uses === 1 ? 'use' : 'uses'}
          {token.refusals > 0 && <span className="refused"> · {token.refusals} refused</span>}
        </div>
      )}
    </div>
  );
}
