/**
 * `rewrap-keys`: seals every signing key under a new key-encryption key, with the server stopped. Tokens are not
 * touched. The new key is in its file before the database needs it: whichever of the two a crash leaves, one opens.
 */
import { openAuthority } from '@postern/authority';
import { openSqliteStore } from '@postern/store/sqlite';
import { tokenCrypto } from '../token-crypto.ts';
import { randomBytes } from 'node:crypto';
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, type ServerConfig } from '../config.ts';
import { KEY_FILE, loadKeyEncryptionKey } from '../key-encryption-key.ts';

export async function rewrapKeys(config: ServerConfig, env: NodeJS.ProcessEnv, now: number): Promise<string> {
  if (config.databaseUrl !== undefined) throw new ConfigError('rewrap-keys works on SQLite data directories');
  const fromEnvironment = env['POSTERN_KEY_ENCRYPTION_KEY'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    throw new ConfigError(
      'the key-encryption key comes from the environment; put it into its file first to change it',
    );
  }
  const store = openSqliteStore(config.dataDir);
  try {
    const file = join(config.dataDir, KEY_FILE);
    const before = loadKeyEncryptionKey(config.dataDir, undefined, true);
    const authority = await openAuthority({
      store,
      keyEncryptionKey: before,
      crypto: tokenCrypto,
      location: config.location,
      now: () => now,
    });
    const after = randomBytes(32);
    writeFileSync(`${file}.next`, `${after.toString('base64')}\n`, { mode: 0o600, flush: true });
    copyFileSync(file, `${file}.previous`);
    const count = await authority.rewrapKeys(after);
    renameSync(`${file}.next`, file);
    return [
      `${count} signing keys are sealed under a new key-encryption key in ${file}`,
      `the key before is in ${file}.previous; destroy it once backups made with it are gone`,
      '',
    ].join('\n');
  } finally {
    await store.close();
  }
}
