/** One token: what it allows, how it was used, and everything that can be done with it. */
import { operations, PROFILE_TITLES, type TokenResource } from '@postern/contract';
import { useState } from 'react';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Button } from '../../components/button.tsx';
import { Copy } from '../../components/copy.tsx';
import { Notice } from '../../components/notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Command, Name, visibleText } from '../../components/text.tsx';
import { ExactTime, Time, useNow } from '../../components/time.tsx';
import type { PageProps } from '../../pages.ts';
import { Link } from '../../router/link.tsx';
import { useOrganization } from '../../shell/place.ts';
import { Allows } from '../../tokens/allows.tsx';
import { readCaveats } from '../../tokens/allowance.ts';
import { DangerNotes } from '../../tokens/danger-notes.tsx';
import { useMachineNames, useMachines } from '../../tokens/machine-names.ts';
import { isLive, TokenStatus } from '../../tokens/status.tsx';
import { TryBox } from '../../tokens/try-box.tsx';
import { UsageChart, type UsageDay } from '../../tokens/usage-chart.tsx';
import { NarrowDialog } from './narrow-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import { TokenAudit, TokenExecs } from './token-history.tsx';

type Asked = 'rename' | 'rotate' | 'narrow' | 'revoke';

export function Page({ params: { token: id = '' } }: PageProps) {
  const answer = useCall(operations.showToken, { params: { token: id } }, ['token', 'exec']);
  useOrganization(answer.data?.organization);
  const [asked, setAsked] = useState<Asked>();
  const close = (): void => setAsked(undefined);
  const done = (): void => {
    close();
    answer.refresh();
  };
  if (answer.data === undefined) {
    return (
      <>
        <PageHeader title="Token" />
        <Await answer={answer}>{() => null}</Await>
      </>
    );
  }
  return (
    <Await answer={answer}>
      {(token) => (
        <>
          <PageHeader
            title={token.name}
            actions={
              <>
                <Button onClick={() => setAsked('rename')}>Rename</Button>
                {isLive(token) && (
                  <>
                    {token.successor_id === null && (
                      <>
                        <Button onClick={() => setAsked('rotate')}>Rotate</Button>
                        {token.app !== null && <Button onClick={() => setAsked('narrow')}>Narrow</Button>}
                      </>
                    )}
                    <Button kind="danger" onClick={() => setAsked('revoke')}>
                      Revoke
                    </Button>
                  </>
                )}
              </>
            }
          >
            <div className="row">
              <TokenStatus status={token.status} />
              <Belongs token={token} />
            </div>
          </PageHeader>
          <Over token={token} />
          <div className="columns">
            <section className="card">
              <h2>What it allows</h2>
              <Allowed token={token} />
            </section>
            <section className="card">
              <h2>Facts</h2>
              <Facts token={token} />
            </section>
          </div>
          <Usage usage={token.usage} />
          <TokenExecs token={token} />
          <TokenAudit token={token} />
          {asked === 'rename' && <RenameDialog token={token} onClose={close} onDone={done} />}
          {asked === 'rotate' && <RotateDialog token={token} onClose={done} />}
          {asked === 'narrow' && <NarrowDialog token={token} onClose={done} />}
          {asked === 'revoke' && (
            <RevokeDialog
              organization={token.organization}
              tokens={[token]}
              onClose={close}
              onRevoked={done}
            />
          )}
        </>
      )}
    </Await>
  );
}

function Belongs({ token }: { readonly token: TokenResource }) {
  const to = token.app === null ? `/orgs/${token.organization}/tokens` : `/apps/${token.app}/tokens`;
  return (
    <span>
      {PROFILE_TITLES[token.profile]} token of{' '}
      <Link to={to}>
        {token.app === null ? 'the organization ' : 'the app '}
        <Name>{token.app ?? token.organization}</Name>
      </Link>
    </span>
  );
}

function Over({ token }: { readonly token: TokenResource }) {
  const { status, revoked_at, revoke_reason, expires_at, successor_id } = token;
  return (
    <>
      {status === 'revoked' && revoked_at !== null && (
        <Notice kind="danger" title="This token runs nothing any more">
          <p>
            Revoked <Time at={revoked_at} />
            {revoke_reason === null ? '.' : `: ${visibleText(revoke_reason)}`}
          </p>
        </Notice>
      )}
      {status === 'expired' && expires_at !== null && (
        <Notice kind="info" title="This token runs nothing any more">
          <p>
            It expired <Time at={expires_at} />.
          </p>
        </Notice>
      )}
      {successor_id !== null && (
        <Notice kind="info" title="This token was rotated">
          <p>
            Its successor is{' '}
            <Link to={`/tokens/${encodeURIComponent(successor_id)}`}>
              <code>{successor_id}</code>
            </Link>
            .
          </p>
        </Notice>
      )}
    </>
  );
}

function Allowed({ token }: { readonly token: TokenResource }) {
  const machines = useMachines(token.app);
  const machineName = useMachineNames(token.app);
  const caveats = readCaveats(token.caveats);
  return (
    <div className="stack">
      <Allows token={token} machineName={machineName} />
      {caveats !== undefined && token.profile === 'machine_exec' && isLive(token) && (
        <DangerNotes caveats={caveats} />
      )}
      {caveats !== undefined && token.app !== null && (
        <details>
          <summary>Try a command against it</summary>
          <TryBox caveats={caveats} machines={machines} />
        </details>
      )}
      <details>
        <summary>Caveats as JSON</summary>
        <pre className="json" tabIndex={0} role="region" aria-label="Caveats as JSON">
          <code>{visibleLines(JSON.stringify(token.caveats, null, 2))}</code>
        </pre>
      </details>
    </div>
  );
}

/** JSON escapes control characters itself; what turns the direction of text is left. */
function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}

function Facts({ token }: { readonly token: TokenResource }) {
  return (
    <dl className="facts">
      <dt>Id</dt>
      <dd className="row">
        <code>{token.id}</code>
        <Copy text={token.id} label="Copy the id" kind="quiet" />
      </dd>
      <dt>Nonce</dt>
      <dd>
        <code>{token.uuid}</code>
      </dd>
      <dt>Created</dt>
      <dd>
        <ExactTime at={token.created_at} /> by <Name>{token.created_by}</Name>
      </dd>
      <dt>Expires</dt>
      <dd>
        {token.expires_at === null ? (
          'never'
        ) : (
          <>
            <ExactTime at={token.expires_at} />, <Time at={token.expires_at} />
          </>
        )}
      </dd>
      <dt>Last used</dt>
      <dd>
        <Time at={token.last_used_at} />
        {token.last_used_from !== null && ` from ${visibleText(token.last_used_from)}`}
        {token.last_used_command !== null && (
          <>
            {': '}
            <Command argv={token.last_used_command} />
          </>
        )}
      </dd>
      <dt>Used</dt>
      <dd>
        {token.uses} {token.uses === 1 ? 'time' : 'times'}, refused {token.refusals}{' '}
        {token.refusals === 1 ? 'time' : 'times'}
      </dd>
    </dl>
  );
}

function Usage({ usage }: { readonly usage: readonly UsageDay[] }) {
  const now = useNow();
  return (
    <section className="card">
      <h2>Use by day</h2>
      <UsageChart usage={usage} now={now} />
    </section>
  );
}
