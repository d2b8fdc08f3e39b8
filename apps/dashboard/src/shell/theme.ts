/** Light, dark, or as the system says. Only this word is kept in the browser's storage. */
import { useState } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'postern.theme';

function readTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function applyTheme(theme: Theme = readTheme()): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(readTheme);
  return [
    theme,
    (next) => {
      if (next === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, next);
      applyTheme(next);
      setTheme(next);
    },
  ];
}
