import { Await } from '../../components/await.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import type { PageProps } from '../../pages.ts';
import { useApps } from '../../shell/place.ts';
import { useOrganizationFacts } from '../../shell/organization-facts.ts';
import { TokenForm, type ProfileChoice } from '../../tokens/token-form.tsx';

const PROFILES: readonly [ProfileChoice, ...ProfileChoice[]] = [
  {
    profile: 'machine_exec',
    label: 'Certain commands',
    hint: 'Runs the commands you name, and no others. It may also read the app, unless you say otherwise.',
  },
  {
    profile: 'deploy',
    label: 'Everything in this app',
    hint: 'Runs every command, starts and stops machines. Prefer certain commands where they are known.',
  },
];

export function Page({ params: { app = '' } }: PageProps) {
  const apps = useApps();
  const found = apps.data?.apps.find(({ name }) => name === app);
  const organization = useOrganizationFacts(found?.organization.slug);
  const title = `Create a token of ${app}`;
  if (found === undefined || organization === undefined) {
    return (
      <>
        <PageHeader title={title} />
        <Await answer={apps}>{() => <EmptyState icon="app" title="There is no such app for you" />}</Await>
      </>
    );
  }
  return (
    <TokenForm
      title={title}
      place={{
        organization: organization.slug,
        organizationId: organization.internal_numeric_id,
        app,
        appId: found.internal_numeric_id,
      }}
      profiles={PROFILES}
      list={`/apps/${encodeURIComponent(app)}/tokens`}
    />
  );
}
