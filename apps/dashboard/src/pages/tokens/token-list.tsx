/** The tokens of an app or organization: found, filtered, sorted and paged on the server. */
import type { operations } from '@postern/contract';
import type { z } from 'zod';
import type { Answer } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Table } from '../../components/table.tsx';
import { Name } from '../../components/text.tsx';
import { Time } from '../../components/time.tsx';

export interface TokenListProps {
  readonly caption: string;
  readonly answer: Answer<z.output<typeof operations.listAppTokens.output>>;
}

export function TokenList({ caption, answer }: TokenListProps) {
  return (
    <Await answer={answer}>
      {({ tokens }) =>
        tokens.length === 0 ? (
          <EmptyState icon="key" title="No tokens yet" />
        ) : (
          <Table
            caption={caption}
            rows={tokens}
            rowKey={({ id }) => id}
            columns={[
              { key: 'name', title: 'Name', label: '', cell: ({ name }) => <Name>{name}</Name> },
              { key: 'expires', title: 'Expires', cell: (token) => <Time at={token.expires_at} /> },
            ]}
          />
        )
      }
    </Await>
  );
}
