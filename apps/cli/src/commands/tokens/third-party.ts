/** Shared by `tokens 3p …`: the secret shared with a third party. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PosternError } from '@postern/contract/errors';
import { decodeBase64 } from '@postern/token';
import { text } from '../../core/flags.ts';
import type { Io } from '../../core/io.ts';
import { warn } from '../../output/print.ts';

export const SECRET_FLAGS = {
  secretFile: text('FILE', 'File that holds the shared secret: 32 bytes in base64', {
    short: 's',
    complete: 'file',
  }),
  secret: text('SECRET', 'The shared secret itself; others on this machine may see it', { short: 'S' }),
} as const;

interface SecretFlags {
  readonly secretFile: string | undefined;
  readonly secret: string | undefined;
}

const SECRET_BYTES = 32;

/** From `--secret-file`, else `TOKEN_3P_SHARED_SECRET`, else `--secret`. */
export async function readSharedSecret(io: Io, flags: SecretFlags): Promise<Uint8Array> {
  const encoded = await findSecret(io, flags);
  const bytes = decodeBase64(encoded.replaceAll(/[\r\n]/g, '').trim());
  if (bytes === undefined) throw new PosternError('bad_request', 'the shared secret is not base64');
  if (bytes.length !== SECRET_BYTES) {
    throw new PosternError(
      'bad_request',
      `the shared secret has ${bytes.length} bytes, and needs ${SECRET_BYTES}`,
      { hint: 'make one with: openssl rand -base64 32' },
    );
  }
  return bytes;
}

async function findSecret(io: Io, flags: SecretFlags): Promise<string> {
  if (flags.secretFile !== undefined) {
    try {
      return await readFile(resolve(io.cwd, flags.secretFile), 'utf8');
    } catch (cause) {
      throw new PosternError('bad_request', `cannot read ${flags.secretFile}`, { cause });
    }
  }
  const fromEnvironment = io.env['TOKEN_3P_SHARED_SECRET'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
  if (flags.secret !== undefined) {
    warn(
      io,
      'a secret on the command line can be read by others; use --secret-file or TOKEN_3P_SHARED_SECRET',
    );
    return flags.secret;
  }
  throw new PosternError('bad_request', 'no shared secret was given', {
    hint: 'say --secret-file FILE, or set TOKEN_3P_SHARED_SECRET',
  });
}

/** @throws PosternError `bad_request` for a flag that must be given. */
export function required(value: string | undefined, flag: string): string {
  if (value === undefined || value === '') {
    throw new PosternError('bad_request', `required flag ${flag} not set`);
  }
  return value;
}
