/** Settings of an organization: its name and policy, its people, its apps, and the keys of the installation. */
import { operations } from '@postern/contract';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import type { PageProps } from '../../pages.ts';
import { AppsSection } from './apps-section.tsx';
import { KeysSection } from './keys-section.tsx';
import { MembersSection } from './members-section.tsx';
import { OrganizationSection } from './organization-section.tsx';

export function Page({ params: { org = '' } }: PageProps) {
  const answer = useCall(operations.showOrganization, { params: { org } });
  return (
    <>
      <PageHeader title="Settings" />
      <Await answer={answer}>
        {(organization) => {
          const admin = organization.role === 'admin';
          return (
            <>
              {!admin && <p>You are a member here: only admins change the organization and its members.</p>}
              <OrganizationSection organization={organization} admin={admin} onChanged={answer.refresh} />
              <MembersSection org={org} admin={admin} />
              <AppsSection org={org} />
              <KeysSection />
            </>
          );
        }}
      </Await>
    </>
  );
}
