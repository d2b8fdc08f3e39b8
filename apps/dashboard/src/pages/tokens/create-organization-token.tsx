import { EmptyState } from '../../components/empty-state.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import type { PageProps } from '../../pages.ts';
import { useOrganizationFacts } from '../../shell/organization-facts.ts';
import { TokenForm, type ProfileChoice } from '../../tokens/token-form.tsx';

const PROFILES: readonly [ProfileChoice, ...ProfileChoice[]] = [
  {
    profile: 'readonly',
    label: 'Reading',
    hint: 'Reads all apps and machines of the organization, and runs nothing.',
  },
  {
    profile: 'deploy_organization',
    label: 'Everything in the organization',
    hint: 'Runs every command on every machine of every app. Prefer a token of one app.',
  },
];

export function Page({ params: { org = '' } }: PageProps) {
  const organization = useOrganizationFacts(org);
  const title = 'Create a token of the organization';
  if (organization === undefined) {
    return (
      <>
        <PageHeader title={title} />
        <EmptyState icon="app" title="There is no such organization for you" />
      </>
    );
  }
  return (
    <TokenForm
      title={title}
      place={{
        organization: org,
        organizationId: organization.internal_numeric_id,
        app: undefined,
        appId: undefined,
      }}
      profiles={PROFILES}
      list={`/orgs/${encodeURIComponent(org)}/tokens`}
    />
  );
}
