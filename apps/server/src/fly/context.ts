/** What every resolver is given: who asks, where from, and the same services as everything else. */
import { PosternError } from '@postern/contract';
import { requirePerson, type Caller, type Person } from '../http/caller.ts';
import type { RequestFacts } from '../http/handler.ts';
import type { Services } from '../services.ts';

export interface FlyContext {
  readonly caller: Caller;
  readonly source: string;
  readonly services: Services;
}

/** The words Fly's own service uses, which people search for. */
export function personOf({ caller }: FlyContext): Person {
  if (caller.kind === 'nobody')
    throw new PosternError('unauthenticated', 'You must be authenticated to view this.');
  return requirePerson(caller);
}

/** The facts the shared look-ups want. */
export function factsOf({ caller, source }: FlyContext): RequestFacts {
  return {
    caller,
    source,
    requestId: '',
    trace: undefined,
    signal: new AbortController().signal,
    headers: { get: () => null },
    setHeader: () => undefined,
  };
}
