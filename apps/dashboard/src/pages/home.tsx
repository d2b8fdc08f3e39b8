import { operations } from '@postern/contract';
import { useEffect } from 'react';
import { useCall } from '../api/use-call.ts';
import { Await } from '../components/await.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { navigate } from '../router/location.ts';
import { useChosenOrganization } from '../shell/place.ts';

/** The start page is the tokens of the organization last looked at. */
export function Page() {
  const chosen = useChosenOrganization();
  const answer = useCall(operations.listOrganizations, {});
  const known =
    answer.data?.organizations.find(({ slug }) => slug === chosen) ?? answer.data?.organizations[0];
  useEffect(() => {
    if (known !== undefined) navigate(`/orgs/${encodeURIComponent(known.slug)}/tokens`, { replace: true });
  }, [known?.slug]);
  return (
    <Await answer={answer}>
      {({ organizations }) =>
        organizations.length === 0 && (
          <>
            <PageHeader title="Welcome" />
            <EmptyState icon="app" title="You belong to no organization yet">
              <p>Ask an admin of one to add you, or create one: postern orgs create NAME</p>
            </EmptyState>
          </>
        )
      }
    </Await>
  );
}
