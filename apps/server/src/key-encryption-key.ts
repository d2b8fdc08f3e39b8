/** The key that seals signing keys: from the environment, or a file of mode 0600 made at first start. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config.ts';

const KEY_BYTES = 32;

export const KEY_FILE = 'key-encryption.key';

/**
 * @param fromEnvironment standard base64 of 32 bytes, or undefined to use the file.
 * @param hasKeys whether signing keys exist already: then a missing file is an error and never made anew.
 * @throws ConfigError.
 */
export function loadKeyEncryptionKey(
  dataDir: string,
  fromEnvironment: string | undefined,
  hasKeys: boolean,
): Uint8Array {
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    return decode(fromEnvironment, 'POSTERN_KEY_ENCRYPTION_KEY');
  }
  const file = join(dataDir, KEY_FILE);
  if (!existsSync(file)) {
    if (hasKeys) {
      throw new ConfigError(
        `${file} is missing, and without it no token verifies; put it back or set POSTERN_KEY_ENCRYPTION_KEY`,
      );
    }
    writeFileSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
  }
  chmodSync(file, 0o600);
  return decode(readFileSync(file, 'utf8').trim(), file);
}

function decode(text: string, from: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== text) {
    throw new ConfigError(`${from} does not hold ${KEY_BYTES} bytes in standard base64`);
  }
  return bytes;
}
