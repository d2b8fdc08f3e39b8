/** Where the reader is. The browser's history is the only truth; nothing is kept beside it. */
import { useSyncExternalStore } from 'react';

const CHANGED = 'postern:location';

function subscribe(listener: () => void): () => void {
  globalThis.addEventListener('popstate', listener);
  globalThis.addEventListener(CHANGED, listener);
  return () => {
    globalThis.removeEventListener('popstate', listener);
    globalThis.removeEventListener(CHANGED, listener);
  };
}

/** Goes to another page of the dashboard. */
export function navigate(to: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace === true) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  globalThis.dispatchEvent(new Event(CHANGED));
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

/**
 * One parameter of the query, such as a filter; changing it replaces the entry of the history.
 *
 * @returns the value, `''` when there is none, and a function that sets it.
 */
export function useQueryText(name: string): [string, (value: string) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return [
    new URLSearchParams(search).get(name) ?? '',
    (value) => {
      setQuery({ [name]: value });
    },
  ];
}

/** Sets several parameters of the query at once; an empty value removes one. */
export function setQuery(values: Readonly<Record<string, string>>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(`${location.pathname}${text === '' ? '' : `?${text}`}`, { replace: true });
}
