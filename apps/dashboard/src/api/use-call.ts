/** Data of one operation for a page: asked once, asked again on events, kept for the way back. */
import type { CallInput } from '@postern/client';
import type { Operation, PosternError } from '@postern/contract';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { z } from 'zod';
import { call, isAbort, toError } from './client.ts';
import { connection } from './connection.ts';
import { useLive, type LiveType } from './live.ts';
import { session } from './session.ts';
import { useWatched } from './store.ts';

/** At most one request in this time, however many events come. */
const EVENTS_MS = 1000;
/** Answers kept to show at once on the way back; they are asked for again all the same. */
const KEPT_ANSWERS = 60;

export interface Answer<Data> {
  /** The newest answer; undefined until the first one has come. */
  readonly data: Data | undefined;
  /** Why the newest request failed; what was there before stays in `data`. */
  readonly error: PosternError | undefined;
  readonly loading: boolean;
  /** Asks again, after a change. */
  readonly refresh: () => void;
}

const kept = new Map<string, unknown>();

function keep(key: string, data: unknown): void {
  kept.delete(key);
  kept.set(key, data);
  const [oldest] = kept.keys();
  if (kept.size > KEPT_ANSWERS && oldest !== undefined) kept.delete(oldest);
}

interface State<Data> {
  readonly key: string;
  readonly data: Data | undefined;
  readonly error: PosternError | undefined;
  readonly loading: boolean;
}

/**
 * @param input what to ask for; `undefined` asks for nothing yet.
 * @param live types of events after which to ask again.
 */
export function useCall<Op extends Operation>(
  operation: Op,
  input: CallInput<Op> | undefined,
  live: readonly LiveType[] = [],
): Answer<z.output<Op['output']>> {
  type Data = z.output<Op['output']>;
  const key = input === undefined ? '' : `${operation.name} ${JSON.stringify(input)}`;
  // What is kept under a key was parsed by the same operation.
  const fresh = (): State<Data> => ({
    key,
    data: kept.get(key) as Data | undefined,
    error: undefined,
    loading: key !== '',
  });
  const [state, setState] = useState(fresh);
  const [round, setRound] = useState(0);
  const online = useWatched(connection) === 'ok';
  const signedIn = useWatched(session).kind !== 'ended';
  const shown = state.key === key ? state : fresh();

  const ask = useEffectEvent((signal: AbortSignal) => {
    if (input === undefined) return;
    call(operation, { ...input, signal }).then(
      (data) => {
        keep(key, data);
        setState({ key, data, error: undefined, loading: false });
      },
      (thrown: unknown) => {
        if (signal.aborted || isAbort(thrown)) return;
        setState((before) => ({
          key,
          data: before.key === key ? before.data : undefined,
          error: toError(thrown),
          loading: false,
        }));
      },
    );
  });
  useEffect(() => {
    if (key === '' || !online || !signedIn) return undefined;
    const gone = new AbortController();
    ask(gone.signal);
    return () => gone.abort();
  }, [key, round, online, signedIn]);

  const pending = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useLive(live, () => {
    pending.current ??= setTimeout(() => {
      pending.current = undefined;
      setRound((before) => before + 1);
    }, EVENTS_MS);
  });
  useEffect(() => () => clearTimeout(pending.current), []);

  return {
    data: shown.data,
    error: shown.error,
    loading: shown.loading,
    refresh: () => setRound((before) => before + 1),
  };
}
