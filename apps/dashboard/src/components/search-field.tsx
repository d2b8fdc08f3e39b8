import { useEffect, useState } from 'react';
import { setQuery, useQueryText } from '../router/location.ts';
import { Icon } from './icon.tsx';

const TYPING_MS = 250;

export interface SearchFieldProps {
  readonly label: string;
  /** Parameters that are removed from the address when the text changes, such as the page. */
  readonly resets: Readonly<Record<string, ''>>;
}

/** A text to look for, in the `q` of the address once the reader stops typing. */
export function SearchField({ label, resets }: SearchFieldProps) {
  const [search] = useQueryText('q');
  const [typed, setTyped] = useState(search);
  useEffect(() => setTyped(search), [search]);
  useEffect(() => {
    if (typed.trim() === search) return undefined;
    const timer = setTimeout(() => setQuery({ ...resets, q: typed.trim() }), TYPING_MS);
    return () => clearTimeout(timer);
    // The parameters to remove are the same as long as the page is.
  }, [typed, search]);
  return (
    <div className="search-field">
      <Icon name="search" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        maxLength={200}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </div>
  );
}
