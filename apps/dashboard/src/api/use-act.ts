/** One act of a reader: pressing a button that changes something. */
import type { PosternError } from '@postern/contract';
import { useState } from 'react';
import { toError } from './client.ts';

export interface Act {
  readonly busy: boolean;
  readonly error: PosternError | undefined;
  /** Runs the act unless it runs already. */
  readonly run: (work: () => Promise<void>) => void;
  /** Forgets the error, as when a dialog is opened anew. */
  readonly reset: () => void;
}

export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<PosternError>();
  return {
    busy,
    error,
    run: (work) => {
      if (busy) return;
      setBusy(true);
      setError(undefined);
      work()
        .catch((thrown: unknown) => setError(toError(thrown)))
        .finally(() => setBusy(false));
    },
    reset: () => setError(undefined),
  };
}
