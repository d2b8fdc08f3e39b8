/** Sealing of root keys at rest. Format: 1 byte version, 12 bytes nonce, ciphertext, 16 bytes tag. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AuthorityError } from '../errors.ts';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

const ALGORITHM = 'chacha20-poly1305';

/** @param recordId stands as associated data: a sealed key opens under its own record alone. */
export function sealKey(keyEncryptionKey: Uint8Array, recordId: string, key: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, keyEncryptionKey, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(recordId), { plaintextLength: key.length });
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

/** @throws AuthorityError `key_not_found` when the key-encryption key is another one or the bytes were changed. */
export function openKey(keyEncryptionKey: Uint8Array, recordId: string, sealed: Uint8Array): Uint8Array {
  const length = sealed.length - 1 - NONCE_BYTES - TAG_BYTES;
  if (sealed[0] !== VERSION || length !== KEY_BYTES) throw wrongKey(recordId);
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, keyEncryptionKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(recordId), { plaintextLength: length });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw wrongKey(recordId, cause);
  }
}

function wrongKey(recordId: string, cause?: unknown): AuthorityError {
  return new AuthorityError(
    'key_not_found',
    `signing key ${recordId} does not open: the key-encryption key is another one, or the database was changed`,
    { hint: 'start with the key-encryption key this data directory was made with', cause },
  );
}
