/** The output of an exec while it runs, as it is kept. */
import type { PosternError } from '@postern/contract';
import { useEffect, useState } from 'react';
import { isAbort, toError } from '../api/client.ts';
import { connection } from '../api/connection.ts';
import { useWatched } from '../api/store.ts';
import type { Output } from './output.ts';
import { readPart } from './read-recording.ts';

const WAIT_SECONDS = 20;
/** An exec is known a moment before its recording is: so often it is looked for again. */
const MISSES = 5;
const MISS_MS = 500;

export interface Following {
  readonly ended: boolean;
  readonly error: PosternError | undefined;
}

/** Writes everything from the beginning into the output, and goes on until the exec has ended. */
export function useFollow(exec: string, output: Output, onEnd: () => void): Following {
  const [state, setState] = useState<Following>({ ended: false, error: undefined });
  const online = useWatched(connection) === 'ok';
  const [place] = useState({ after: 0 });
  useEffect(() => {
    if (!online) return undefined;
    const gone = new AbortController();
    const follow = async (): Promise<void> => {
      for (;;) {
        const part = await findPart(exec, place.after, gone.signal);
        if (gone.signal.aborted) return;
        for (const { channel, bytes } of part.chunks) output.write(channel, bytes);
        place.after = part.next;
        if (part.complete) break;
      }
      output.end();
      setState({ ended: true, error: undefined });
      onEnd();
    };
    follow().catch((thrown: unknown) => {
      if (gone.signal.aborted || isAbort(thrown)) return;
      const error = toError(thrown);
      // When the server can be reached again, it goes on where it was.
      if (error.code !== 'connection_lost') setState({ ended: false, error });
    });
    return () => gone.abort();
    // Another exec is another page.
  }, [online]);
  return state;
}

async function findPart(exec: string, after: number, signal: AbortSignal): ReturnType<typeof readPart> {
  for (let misses = 0; ; misses += 1) {
    try {
      return await readPart(exec, after, WAIT_SECONDS, signal);
    } catch (thrown) {
      if (after > 0 || misses >= MISSES || toError(thrown).code !== 'exec_not_found') throw thrown;
      await new Promise((resolve) => setTimeout(resolve, MISS_MS));
    }
  }
}
