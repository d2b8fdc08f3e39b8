import { ButtonLink } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import type { PageProps } from '../../pages.ts';
import { useApps } from '../../shell/place.ts';
import { TokenList } from './token-list.tsx';

export function Page({ params: { app = '' } }: PageProps) {
  const { data } = useApps();
  const organization = data?.apps.find(({ name }) => name === app)?.organization.slug;
  const create = `/apps/${encodeURIComponent(app)}/tokens/new`;
  return (
    <>
      <PageHeader
        title={`Tokens of ${app}`}
        actions={
          <ButtonLink kind="primary" to={create}>
            <Icon name="plus" />
            Create token
          </ButtonLink>
        }
      >
        <p>Each lets its holder do what it says on the machines of this app, and nothing else.</p>
      </PageHeader>
      <TokenList app={app} organization={organization} caption={`Tokens of the app ${app}`} create={create}>
        <p>
          A token lets a job, a person or a program run certain commands here, and no others, until it expires
          or you revoke it.
        </p>
      </TokenList>
    </>
  );
}
