/**
 * Every page: its path, where the navigation shows it, and the module it is loaded from when it is first opened.
 * A page is added here and nowhere else.
 */
import type { ComponentType } from 'react';
import type { IconName } from './components/icon.tsx';
import type { Params } from './router/match.ts';

export interface PageProps {
  readonly params: Params;
}

export interface PageEntry {
  /** `/apps/:app/tokens`. A page with `:app` or `:org` is shown within that app or organization. */
  readonly path: string;
  readonly load: () => Promise<{ readonly Page: ComponentType<PageProps> }>;
  /** Absent for pages that are reached from others. */
  readonly navigation?: {
    readonly area: 'organization' | 'app' | 'tools';
    readonly label: string;
    readonly icon: IconName;
  };
}

export const PAGES: readonly PageEntry[] = [
  { path: '/', load: () => import('./pages/home.tsx') },
  {
    path: '/orgs/:org/tokens',
    load: () => import('./pages/tokens/organization-tokens.tsx'),
    navigation: { area: 'organization', label: 'All tokens', icon: 'key' },
  },
  {
    path: '/orgs/:org/audit',
    load: () => import('./pages/audit/audit.tsx'),
    navigation: { area: 'organization', label: 'Audit', icon: 'audit' },
  },
  {
    path: '/apps/:app/tokens',
    load: () => import('./pages/tokens/app-tokens.tsx'),
    navigation: { area: 'app', label: 'Tokens', icon: 'key' },
  },
  {
    path: '/apps/:app/machines',
    load: () => import('./pages/machines/app-machines.tsx'),
    navigation: { area: 'app', label: 'Machines', icon: 'machine' },
  },
  {
    path: '/apps/:app/run',
    load: () => import('./pages/run/run.tsx'),
    navigation: { area: 'app', label: 'Run a command', icon: 'run' },
  },
  {
    path: '/orgs/:org/settings',
    load: () => import('./pages/settings/settings.tsx'),
    navigation: { area: 'organization', label: 'Settings', icon: 'settings' },
  },
  {
    path: '/apps/:app/execs',
    load: () => import('./pages/execs/app-execs.tsx'),
    navigation: { area: 'app', label: 'Execs', icon: 'exec' },
  },
  {
    path: '/inspect',
    load: () => import('./pages/inspect.tsx'),
    navigation: { area: 'tools', label: 'Inspect a token', icon: 'search' },
  },
  { path: '/apps/:app/tokens/new', load: () => import('./pages/tokens/create-app-token.tsx') },
  { path: '/orgs/:org/tokens/new', load: () => import('./pages/tokens/create-organization-token.tsx') },
  { path: '/apps/:app/machines/new', load: () => import('./pages/machines/add-machine.tsx') },
  { path: '/apps/:app/machines/:machine', load: () => import('./pages/machines/machine.tsx') },
  { path: '/execs/:exec', load: () => import('./pages/execs/exec.tsx') },
  { path: '/tokens/:token', load: () => import('./pages/tokens/token.tsx') },
];
