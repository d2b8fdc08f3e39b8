/** One audit entry: in a row of the list, and whole. */
import type { AuditEntryResource } from '@postern/contract';
import { quoteArgv } from '@postern/token';
import type { ReactNode } from 'react';
import { Badge, type BadgeKind } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { Copy } from '../components/copy.tsx';
import { Dialog } from '../components/dialog.tsx';
import { visibleText } from '../components/text.tsx';
import { ExactTime } from '../components/time.tsx';
import { clip, shortCommand } from '../execs/clip.ts';
import { Link } from '../router/link.tsx';
import { harmlessJson } from './export.ts';

export function EntryOutcome({ outcome }: Pick<AuditEntryResource, 'outcome'>) {
  return <Badge kind={kindOf(outcome)}>{visibleText(clip(outcome, 32))}</Badge>;
}

function kindOf(outcome: string): BadgeKind {
  return outcome === 'refused' || outcome === 'failed' ? 'bad' : outcome === 'allowed' ? 'good' : 'plain';
}

/** What was done, with the command or what else it was about. */
export function EntryAction({ entry }: { readonly entry: AuditEntryResource }) {
  return (
    <div>
      <code>{visibleText(clip(entry.action, 64))}</code>
      {entry.command !== null && (
        <>
          {' '}
          <code className="command" dir="ltr">
            {shortCommand(entry.command)}
          </code>
        </>
      )}
      {entry.reason !== null && (
        <div className="sub">
          <bdi>{visibleText(clip(entry.reason))}</bdi>
        </div>
      )}
    </div>
  );
}

export interface EntryDialogProps {
  readonly entry: AuditEntryResource;
  readonly onClose: () => void;
  /** Shows only what this actor did. */
  readonly onActor: (actor: string) => void;
}

export function EntryDialog({ entry, onClose, onActor }: EntryDialogProps) {
  return (
    <Dialog title={`Entry ${entry.seq}`} wide onClose={onClose}>
      <dl className="facts">
        <dt>What</dt>
        <dd className="row">
          <code>{visibleText(entry.action)}</code>
          <EntryOutcome outcome={entry.outcome} />
        </dd>
        <dt>When</dt>
        <dd>
          <ExactTime at={entry.at} /> <span className="muted">({entry.at})</span>
        </dd>
        <dt>By</dt>
        <dd className="row">
          <bdi>{visibleText(entry.actor)}</bdi>
          <Button small kind="quiet" onClick={() => onActor(entry.actor)}>
            Only theirs
          </Button>
        </dd>
        <Fact name="From">{entry.source === null ? null : visibleText(entry.source)}</Fact>
        <Fact name="App">{entry.app === null ? null : <bdi>{visibleText(entry.app)}</bdi>}</Fact>
        <Fact name="Machine">
          {entry.machine === null ? null : <code>{visibleText(entry.machine)}</code>}
        </Fact>
        <Fact name="Token">{linkOrNull('tokens', entry.token)}</Fact>
        <Fact name="Exec">{linkOrNull('execs', entry.exec)}</Fact>
        <Fact name="Command">
          {entry.command === null ? null : (
            <pre className="exec-command" tabIndex={0} role="region" aria-label="Command" dir="ltr">
              <code>{visibleText(quoteArgv(entry.command))}</code>
            </pre>
          )}
        </Fact>
        <Fact name="Reason">{entry.reason === null ? null : <bdi>{visibleText(entry.reason)}</bdi>}</Fact>
        <dt>Hash</dt>
        <dd>
          <code>{entry.hash}</code>
        </dd>
        <dt>Hash before</dt>
        <dd>
          <code>{entry.previous_hash}</code>
        </dd>
      </dl>
      <div className="stack">
        <h3>Details</h3>
        <pre className="json" tabIndex={0} role="region" aria-label="Details" dir="ltr">
          <code>{visibleLines(JSON.stringify(entry.details, null, 2))}</code>
        </pre>
        <Copy text={() => harmlessJson(entry)} label="Copy as JSON">
          Copy as JSON
        </Copy>
      </div>
    </Dialog>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  if (children === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function linkOrNull(pages: 'tokens' | 'execs', id: string | null): ReactNode {
  if (id === null) return null;
  return (
    <Link to={`/${pages}/${encodeURIComponent(id)}`}>
      <code>{visibleText(id)}</code>
    </Link>
  );
}

/** JSON escapes control characters itself; what turns the direction of text is left. */
function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}
