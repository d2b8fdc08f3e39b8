/**
 * Files only their owner may read. They are written by way of a fresh file beside them and put in place in one step:
 * an existing file's wider mode, and a link that somebody else placed there, never see the secret, and a reader
 * sees the old or the new file, never half of one.
 */
import { open, rename, stat, unlink } from 'node:fs/promises';
import { PosternError } from '@postern/contract/errors';

export interface SecretFile {
  /** Puts the file in place. */
  write(contents: string): Promise<void>;
  /** Leaves everything as it was. */
  discard(): Promise<void>;
}

/**
 * Makes sure that a secret can be written before it is made: one that can be shown only once must not be lost.
 *
 * @throws PosternError `bad_request` when it cannot.
 */
export async function openSecretFile(path: string): Promise<SecretFile> {
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined && !there.isFile()) throw cannotWrite(path, 'it is not a regular file');
  const beside = `${path}.${process.pid}.new`;
  const file = await open(beside, 'wx', 0o600).catch(async (error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw cannotWrite(path, error);
    await unlink(beside);
    return open(beside, 'wx', 0o600);
  });
  const discard = async (): Promise<void> => {
    await file.close().catch(() => undefined);
    await unlink(beside).catch(() => undefined);
  };
  return {
    discard,
    write: async (contents) => {
      try {
        await file.writeFile(contents);
        await file.sync();
        await file.close();
        await rename(beside, path);
      } catch (error) {
        await discard();
        throw cannotWrite(path, error);
      }
    },
  };
}

export async function writeSecretFile(path: string, contents: string): Promise<void> {
  const file = await openSecretFile(path);
  await file.write(contents);
}

function cannotWrite(path: string, error: unknown): PosternError {
  const reason = error instanceof Error ? error.message : String(error);
  return new PosternError('bad_request', `cannot write ${path}: ${reason}`, { cause: error });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
