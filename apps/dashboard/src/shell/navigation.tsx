import { useState } from 'react';
import type { SessionFacts } from '../api/session.ts';
import { signOut } from '../api/sign-in.ts';
import { useAct } from '../api/use-act.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Name, visibleText } from '../components/text.tsx';
import { PAGES, type PageEntry } from '../pages.ts';
import { Link } from '../router/link.tsx';
import { navigate } from '../router/location.ts';
import { fillPattern, type Params } from '../router/match.ts';
import { useApps } from './place.ts';
import { ThemeSwitch } from './theme-switch.tsx';

/** From this number of apps on there is a field to find one. */
const SEARCHED_APPS = 8;

export interface NavigationProps {
  readonly facts: SessionFacts;
  readonly organization: string;
  readonly path: string;
  readonly params: Params;
}

export function Navigation({ facts, organization, path, params }: NavigationProps) {
  return (
    <>
      <OrganizationSwitch facts={facts} organization={organization} />
      <nav className="navigation" aria-label="Pages">
        {organization !== '' && (
          <Group title="Organization">
            <Entries area="organization" params={{ org: organization }} path={path} />
          </Group>
        )}
        <Apps organization={organization} path={path} current={params['app']} />
        <Group title="Tools">
          <Entries area="tools" params={{}} path={path} />
        </Group>
      </nav>
      <Account facts={facts} />
    </>
  );
}

function OrganizationSwitch({ facts, organization }: Pick<NavigationProps, 'facts' | 'organization'>) {
  return (
    <label className="organization-switch">
      <span className="off-screen">Organization</span>
      <select
        value={organization}
        onChange={(event) => navigate(`/orgs/${encodeURIComponent(event.target.value)}/tokens`)}
      >
        {facts.organizations.map(({ slug, name }) => (
          <option key={slug} value={slug}>
            {visibleText(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section className="navigation-group">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface EntriesProps {
  readonly area: NonNullable<PageEntry['navigation']>['area'];
  readonly params: Params;
  readonly path: string;
}

function Entries({ area, params, path }: EntriesProps) {
  return (
    <ul>
      {PAGES.map((page) => {
        const { navigation } = page;
        if (navigation?.area !== area) return null;
        const to = fillPattern(page.path, params);
        const here = path === to || path.startsWith(`${to}/`);
        return (
          <li key={page.path}>
            <Link to={to} aria-current={path === to ? 'page' : here ? 'true' : undefined}>
              <Icon name={navigation.icon} />
              {navigation.label}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

interface AppsProps {
  readonly organization: string;
  readonly path: string;
  readonly current: string | undefined;
}

function Apps({ organization, path, current }: AppsProps) {
  const [search, setSearch] = useState('');
  const { data } = useApps();
  const apps = (data?.apps ?? []).filter((app) => app.organization.slug === organization);
  const found = apps.filter(({ name }) => name.includes(search.trim().toLowerCase()) || name === current);
  return (
    <Group title="Apps">
      {apps.length > SEARCHED_APPS && (
        <input
          className="navigation-search"
          type="search"
          aria-label="Find an app"
          placeholder="Find an app"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {data !== undefined && apps.length === 0 && <p className="navigation-none">No apps yet.</p>}
      <ul className="navigation-apps">
        {found.map(({ name }) => (
          <li key={name}>
            <Link
              to={`/apps/${encodeURIComponent(name)}/tokens`}
              className={name === current ? 'navigation-app navigation-app-open' : 'navigation-app'}
            >
              <Icon name="app" />
              <Name>{name}</Name>
            </Link>
            {name === current && <Entries area="app" params={{ app: name }} path={path} />}
          </li>
        ))}
      </ul>
    </Group>
  );
}

function Account({ facts }: { readonly facts: SessionFacts }) {
  const leaving = useAct();
  return (
    <footer className="account">
      <ThemeSwitch />
      <p className="account-name" title={facts.email}>
        <Name>{facts.email}</Name>
      </p>
      <Button kind="quiet" small busy={leaving.busy} onClick={() => leaving.run(signOut)}>
        <Icon name="leave" />
        Sign out
      </Button>
    </footer>
  );
}
