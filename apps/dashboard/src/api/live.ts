/**
 * Live data: one stream of events for the organization that is shown. Events say what changed; pages ask again for
 * what they show. The stream rests while nobody looks at the page.
 */
import { useEffect, useEffectEvent } from 'react';
import { watched, type Watched } from './store.ts';

export type LiveType = 'exec' | 'token' | 'machine' | 'audit';

/** One event: its type, and what the server says besides. */
export interface LiveEvent {
  readonly type: LiveType;
  readonly [key: string]: unknown;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

export const liveState: Watched<'off' | 'on' | 'trying'> = watched<'off' | 'on' | 'trying'>('off');

const listeners = new Set<(event: LiveEvent | 'resumed') => void>();
let wanted: string | undefined;
let source: EventSource | undefined;
let wait = FIRST_WAIT_MS;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Follows the events of an organization, instead of the one before. */
export function follow(organization: string | undefined): void {
  if (organization === wanted) return;
  wanted = organization;
  wait = FIRST_WAIT_MS;
  open();
}

function open(): void {
  clearTimeout(waiting);
  source?.close();
  source = undefined;
  if (wanted === undefined || document.hidden) {
    liveState.set('off');
    return;
  }
  const resumes = liveState.get() !== 'off' || wait > FIRST_WAIT_MS;
  liveState.set('trying');
  const opened = new EventSource(`/v1/orgs/${encodeURIComponent(wanted)}/events`);
  source = opened;
  opened.addEventListener('open', () => {
    wait = FIRST_WAIT_MS;
    liveState.set('on');
    // What happened in between was missed.
    if (resumes) tell('resumed');
  });
  opened.addEventListener('message', (message: MessageEvent<unknown>) => {
    const event = readEvent(message.data);
    if (event !== undefined) tell(event);
  });
  opened.addEventListener('error', () => {
    // Not left to the browser: it would come back every few seconds, and not at all after a refusal.
    opened.close();
    liveState.set('trying');
    waiting = setTimeout(open, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  });
}

function tell(event: LiveEvent | 'resumed'): void {
  for (const listener of listeners) listener(event);
}

function readEvent(data: unknown): LiveEvent | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
    const { type } = value;
    return type === 'exec' || type === 'token' || type === 'machine' || type === 'audit'
      ? { ...value, type }
      : undefined;
  } catch {
    return undefined;
  }
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden && wanted !== undefined && source === undefined) {
    tell('resumed');
    open();
  } else if (document.hidden) {
    open();
  }
});

/**
 * Calls back on events of these types, and with `resumed` when some may have been missed.
 *
 * @param types an empty list listens to nothing.
 */
export function useLive(types: readonly LiveType[], callback: (event: LiveEvent | 'resumed') => void): void {
  const hear = useEffectEvent((event: LiveEvent | 'resumed') => {
    if (types.length > 0 && (event === 'resumed' || types.includes(event.type))) callback(event);
  });
  useEffect(() => {
    const listener = (event: LiveEvent | 'resumed'): void => hear(event);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
}
