/** The output of one exec: live while it runs, replayed afterwards, or why there is none. */
import type { ExecResource } from '@postern/contract';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useWatched } from '../api/store.ts';
import { Badge } from '../components/badge.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice, Notice } from '../components/notice.tsx';
import { useFollow } from './follow.ts';
import { bytesText } from './measures.ts';
import { createOutput, type Output } from './output.ts';
import { OutputView } from './output-view.tsx';
import { createPlayer } from './player.ts';
import { PlayerControls } from './player-controls.tsx';
import { readPart } from './read-recording.ts';

/** Recordings up to this size are shown whole when the page is opened. */
const SHOWN_BYTES = 4 * 1024 * 1024;

export interface ExecOutputProps {
  readonly exec: ExecResource;
  /** The exec has ended while it was looked at. */
  readonly onEnd: () => void;
}

export function ExecOutput({ exec, onEnd }: ExecOutputProps) {
  const [output] = useState(() => createOutput());
  const [live] = useState(exec.state === 'running');
  const [followed, setFollowed] = useState(false);
  if (!exec.recorded) return <NotRecorded exec={exec} />;
  if (live && (!followed || exec.ended_at === null)) {
    return (
      <Live
        exec={exec}
        output={output}
        onEnd={() => {
          setFollowed(true);
          onEnd();
        }}
      />
    );
  }
  return <Recording exec={exec} output={output} shown={live} />;
}

function NotRecorded({ exec }: { readonly exec: ExecResource }) {
  return (
    <EmptyState icon="exec" title="Nothing of its output was kept">
      <p>
        {exec.state === 'running'
          ? 'Only who runs it sees what it writes.'
          : `It wrote ${bytesText(exec.stdout_bytes)} to stdout and ${bytesText(exec.stderr_bytes)} to stderr.`}{' '}
        Output is kept of execs that run detached, and of all execs of an app whose recording is set to full.
      </p>
    </EmptyState>
  );
}

interface LiveProps {
  readonly exec: ExecResource;
  readonly output: Output;
  readonly onEnd: () => void;
}

function Live({ exec, output, onEnd }: LiveProps) {
  const { error } = useFollow(exec.id, output, onEnd);
  return (
    <div className="stack">
      {error === undefined ? (
        <Badge kind="busy">Live</Badge>
      ) : (
        <ErrorNotice error={error} title="Its output cannot be followed" />
      )}
      <OutputView output={output} empty="It has written nothing yet." />
    </div>
  );
}

interface RecordingProps {
  readonly exec: ExecResource;
  readonly output: Output;
  /** Whether everything stands in the output already. */
  readonly shown: boolean;
}

function Recording({ exec, output, shown }: RecordingProps) {
  const written = exec.stdout_bytes + exec.stderr_bytes;
  const length = Math.max(0, Date.parse(exec.ended_at ?? exec.started_at) - Date.parse(exec.started_at));
  const [player] = useState(() =>
    createPlayer({
      output,
      length,
      shown,
      read: (after, signal) => readPart(exec.id, after, 0, signal),
    }),
  );
  useEffect(() => {
    if (written <= SHOWN_BYTES) player.showAll();
    return player.close;
    // Once, when the page is opened.
  }, []);
  const { ended, error } = useWatched(player.state);
  if (error?.code === 'exec_not_found') return <NoLonger />;
  return (
    <div className="stack">
      <PlayerControls player={player} length={length} />
      {ended && <Cut written={written} output={output} />}
      <OutputView
        output={output}
        empty={
          written === 0
            ? 'It wrote nothing.'
            : ended
              ? 'Nothing of it was kept.'
              : `${bytesText(written)} are kept. Play them, or show all.`
        }
      />
    </div>
  );
}

function NoLonger() {
  return (
    <EmptyState icon="exec" title="Its output is not kept any more">
      <p>Recordings are removed after 30 days. The record of the exec and its audit entries stay.</p>
    </EmptyState>
  );
}

/** A recording has a greatest size, and what was being written when a server ended is not in it. */
function Cut({ written, output }: { readonly written: number; readonly output: Output }) {
  const { bytes } = useSyncExternalStore(output.subscribe, output.get);
  const kept = bytes.stdout + bytes.stderr;
  // Nothing at all is what the empty box says.
  if (kept === 0 || kept >= written) return null;
  return (
    <Notice kind="warn" title="The recording is not whole">
      <p>
        {bytesText(kept)} of {bytesText(written)} were kept.
      </p>
    </Notice>
  );
}
