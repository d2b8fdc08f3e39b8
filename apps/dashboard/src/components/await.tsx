import type { ReactNode } from 'react';
import type { Answer } from '../api/use-call.ts';
import { Button } from './button.tsx';
import { ErrorNotice } from './notice.tsx';
import { Spinner } from './spinner.tsx';

export interface AwaitProps<Data> {
  readonly answer: Answer<Data>;
  readonly children: (data: Data) => ReactNode;
}

/** Shows data once it is there; a spinner before, and what went wrong with a way to try again. */
export function Await<Data>({ answer, children }: AwaitProps<Data>) {
  const { data, error, refresh } = answer;
  return (
    <>
      {error !== undefined && (
        <ErrorNotice
          error={error}
          title={data === undefined ? 'This cannot be shown' : 'This may be out of date'}
          actions={
            <Button small onClick={refresh}>
              Try again
            </Button>
          }
        />
      )}
      {data !== undefined && children(data)}
      {data === undefined && error === undefined && (
        <p className="loading" role="status">
          <Spinner /> Loading…
        </p>
      )}
    </>
  );
}
