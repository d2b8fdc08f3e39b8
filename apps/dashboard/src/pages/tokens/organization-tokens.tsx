import { operations } from '@postern/contract';
import { useCall } from '../../api/use-call.ts';
import { PageHeader } from '../../components/page-header.tsx';
import type { PageProps } from '../../pages.ts';
import { TokenList } from './token-list.tsx';

export function Page({ params: { org = '' } }: PageProps) {
  const answer = useCall(operations.listOrganizationTokens, { params: { org } }, ['token']);
  return (
    <>
      <PageHeader title="All tokens" />
      <TokenList caption={`Tokens of ${org} and its apps`} answer={answer} />
    </>
  );
}
