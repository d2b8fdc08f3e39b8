/** A value outside React that components can watch. */
import { useSyncExternalStore } from 'react';

export interface Watched<Value> {
  readonly get: () => Value;
  readonly set: (value: Value) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

export function watched<Value>(first: Value): Watched<Value> {
  let current = first;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (value) => {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useWatched<Value>(value: Watched<Value>): Value {
  return useSyncExternalStore(value.subscribe, value.get);
}
