/** One command run from the page: its output as it comes, how it ended, and a way to stop it. */
import { openBrowserSocket, openExecStream, type ExecStream } from '@postern/client';
import { operations, type ExecOutcome, type PosternError } from '@postern/contract';
import { useEffect, useRef, useState } from 'react';
import { call, toError } from '../api/client.ts';
import { createOutput, type Output } from './output.ts';

export interface RunRequest {
  readonly app: string;
  readonly machine: string;
  readonly argv: readonly string[];
  /** Empty: the command finds its input at its end. */
  readonly stdin: string;
  readonly timeoutSeconds: number;
}

export type RunState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'running';
      /** Known once it has started. */
      readonly execId: string | undefined;
      readonly since: number;
      readonly stopping: boolean;
    }
  | { readonly kind: 'ended'; readonly execId: string; readonly outcome: ExecOutcome }
  /** It was refused, or whether it ended is not known. */
  | { readonly kind: 'failed'; readonly execId: string | undefined; readonly error: PosternError };

export interface Run {
  readonly state: RunState;
  readonly output: Output;
  readonly start: (request: RunRequest) => void;
  readonly stop: () => void;
}

const TARGET = { server: location.origin };

export function useRun(): Run {
  const [output] = useState(() => createOutput());
  const [state, setState] = useState<RunState>({ kind: 'idle' });
  const stream = useRef<ExecStream | undefined>(undefined);
  // Who leaves the page hangs up, and the server ends the command.
  useEffect(() => () => stream.current?.hangUp(), []);
  const isRunning = state.kind === 'running';
  useEffect(() => {
    if (!isRunning) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    globalThis.addEventListener('beforeunload', ask);
    return () => globalThis.removeEventListener('beforeunload', ask);
  }, [isRunning]);

  const start = (request: RunRequest): void => {
    if (isRunning) return;
    output.clear();
    setState({ kind: 'running', execId: undefined, since: Date.now(), stopping: false });
    let startedAs: string | undefined;
    const opened = open(request, output, (execId) => {
      startedAs = execId;
      setState((before) => (before.kind === 'running' ? { ...before, execId } : before));
    });
    stream.current = opened;
    opened.result
      .then(
        ({ execId, outcome }) => setState({ kind: 'ended', execId, outcome }),
        async (thrown: unknown) => {
          const error = await explain(toError(thrown), request);
          setState({ kind: 'failed', execId: startedAs, error });
        },
      )
      .finally(() => output.end());
  };

  const stop = (): void => {
    if (state.kind !== 'running' || state.execId === undefined) return;
    setState({ ...state, stopping: true });
    call(operations.killExec, { params: { exec: state.execId }, body: {} }).catch(() => {
      // It may have ended meanwhile; whatever else it was, hanging up ends the command too.
      stream.current?.hangUp();
    });
  };
  return { state, output, start, stop };
}

function open(request: RunRequest, output: Output, onStarted: (execId: string) => void): ExecStream {
  const hasInput = request.stdin !== '';
  const stream = openExecStream(TARGET, openBrowserSocket, {
    app: request.app,
    machine: request.machine,
    request: { command: [...request.argv], timeout: request.timeoutSeconds },
    stdin: hasInput,
    tty: null,
    onStarted,
    onStdout: (bytes) => output.write('stdout', bytes),
    onStderr: (bytes) => output.write('stderr', bytes),
  });
  if (hasInput) void stream.write(new TextEncoder().encode(request.stdin)).then(() => stream.closeStdin());
  return stream;
}

/** A browser does not say why a socket was not opened. A plain request for the same machine does. */
async function explain(error: PosternError, { app, machine }: RunRequest): Promise<PosternError> {
  if (error.code !== 'connection_lost') return error;
  try {
    await call(operations.showMachine, { params: { app, machine } });
    return error;
  } catch (thrown) {
    const other = toError(thrown);
    return other.code === 'connection_lost' ? error : other;
  }
}
