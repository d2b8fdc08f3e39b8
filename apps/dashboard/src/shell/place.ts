/** Which organization the reader is in. The path says so; where it does not, the page or the last choice does. */
import { operations } from '@postern/contract';
import { useEffect } from 'react';
import type { z } from 'zod';
import { useLive } from '../api/live.ts';
import { useCall, type Answer } from '../api/use-call.ts';
import { useWatched, watched } from '../api/store.ts';

const KEY = 'postern.organization';

const chosen = watched<string>(localStorage.getItem(KEY) ?? '');

/** The slug of the organization last looked at; `''` before there was one. */
export function useChosenOrganization(): string {
  return useWatched(chosen);
}

/** Makes an organization the one that is shown in the navigation and followed live. */
export function useOrganization(slug: string | undefined): void {
  useEffect(() => {
    if (slug === undefined || slug === '') return;
    localStorage.setItem(KEY, slug);
    chosen.set(slug);
  }, [slug]);
}

const APP_CHANGES: ReadonlySet<unknown> = new Set(['app.create', 'app.update', 'app.delete']);

/** Every app of the reader's organizations. */
export function useApps(): Answer<z.output<typeof operations.listApps.output>> {
  const answer = useCall(operations.listApps, {});
  useLive(['audit'], (event) => {
    if (event === 'resumed' || APP_CHANGES.has(event['action'])) answer.refresh();
  });
  return answer;
}
