import { PosternError } from '@postern/contract/errors';
import type { Io } from './io.ts';

/** Bytes of stdin that are read as text at most. */
const MAX_BYTES = 4 * 1024 * 1024;

/** All of stdin as text. @throws PosternError `bad_request` for more than 4 MiB or what is not UTF-8. */
export async function readStdin(io: Io): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin) {
    if (!(chunk instanceof Uint8Array)) continue;
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new PosternError('bad_request', `stdin is longer than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new PosternError('bad_request', 'stdin is not text', { cause });
  }
}
