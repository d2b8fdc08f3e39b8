/** How a run is going, or how it ended, in words. */
import type { ExecOutcome } from '@postern/contract';
import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { Spinner } from '../../components/spinner.tsx';
import { Command, visibleText } from '../../components/text.tsx';
import { durationText } from '../../execs/measures.ts';
import { endedWell, endingText } from '../../execs/outcome.tsx';
import type { RunState } from '../../execs/use-run.ts';
import { Link } from '../../router/link.tsx';

const TICK_MS = 1000;

export interface RunStatusProps {
  readonly argv: readonly string[];
  readonly state: RunState;
  readonly onStop: () => void;
}

export function RunStatus({ argv, state, onStop }: RunStatusProps) {
  return (
    <>
      <h2 className="run-command">
        <Command argv={argv} />
      </h2>
      {state.kind === 'running' && (
        <div className="row run-going">
          <Spinner />
          <Elapsed since={state.since} />
          <Button
            kind="danger"
            small
            busy={state.stopping}
            disabled={state.execId === undefined}
            onClick={onStop}
          >
            Stop
          </Button>
          <span className="hint">Leaving this page stops it too.</span>
        </div>
      )}
      <div role="status" className="run-end">
        {state.kind === 'running' && (
          <span className="off-screen">{state.stopping ? 'Stopping' : 'Running'}</span>
        )}
        {state.kind === 'ended' && <Ended outcome={state.outcome} />}
      </div>
      {state.kind === 'failed' && (
        <ErrorNotice
          error={state.error}
          title={state.execId === undefined ? 'It was not run' : 'How it ended is not known'}
        />
      )}
      {'execId' in state && state.execId !== undefined && <RecordLink execId={state.execId} />}
    </>
  );
}

function Ended({ outcome }: { readonly outcome: ExecOutcome }) {
  const cut = [outcome.stdoutTruncated ? 'stdout' : '', outcome.stderrTruncated ? 'stderr' : '']
    .filter(Boolean)
    .join(' and ');
  return (
    <Notice kind={endedWell(outcome) ? 'good' : 'danger'} title={endingText(outcome)}>
      <p>
        {outcome.message !== null && `${visibleText(outcome.message)}. `}
        After {durationText(outcome.durationMs)}.
        {cut !== '' && ` More ${cut} came than was sent; the rest was cut.`}
      </p>
    </Notice>
  );
}

function Elapsed({ since }: { readonly since: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return <span>Running for {durationText(Math.max(1, Math.floor((now - since) / 1000)) * 1000)}</span>;
}

function RecordLink({ execId }: { readonly execId: string }) {
  return (
    <p className="hint">
      Exec{' '}
      <Link to={`/execs/${encodeURIComponent(execId)}`}>
        <code>{execId}</code>
      </Link>
    </p>
  );
}
