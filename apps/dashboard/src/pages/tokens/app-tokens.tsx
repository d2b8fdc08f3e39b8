import { operations } from '@postern/contract';
import { useCall } from '../../api/use-call.ts';
import { PageHeader } from '../../components/page-header.tsx';
import type { PageProps } from '../../pages.ts';
import { TokenList } from './token-list.tsx';

export function Page({ params: { app = '' } }: PageProps) {
  const answer = useCall(operations.listAppTokens, { params: { app } }, ['token']);
  return (
    <>
      <PageHeader title={`Tokens of ${app}`} />
      <TokenList caption={`Tokens of ${app}`} answer={answer} />
    </>
  );
}
