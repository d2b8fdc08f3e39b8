import { ButtonLink } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import type { PageProps } from '../../pages.ts';
import { useApps } from '../../shell/place.ts';
import { TokenList } from './token-list.tsx';

export function Page({ params: { org = '' } }: PageProps) {
  const { data } = useApps();
  const [app] = (data?.apps ?? []).filter(({ organization }) => organization.slug === org);
  const ofOrganization = `/orgs/${encodeURIComponent(org)}/tokens/new`;
  // Most tokens run commands, and those belong to an app.
  const create = app === undefined ? ofOrganization : `/apps/${encodeURIComponent(app.name)}/tokens/new`;
  return (
    <>
      <PageHeader
        title="All tokens"
        actions={
          <>
            <ButtonLink to={ofOrganization}>Organization token</ButtonLink>
            {app !== undefined && (
              <ButtonLink kind="primary" to={create}>
                <Icon name="plus" />
                Create token
              </ButtonLink>
            )}
          </>
        }
      >
        <p>The tokens of the organization itself and of all its apps.</p>
      </PageHeader>
      <TokenList organization={org} caption="Tokens of the organization and all its apps" create={create}>
        <p>Tokens of every app of this organization are listed here, and those of the organization itself.</p>
      </TokenList>
    </>
  );
}
