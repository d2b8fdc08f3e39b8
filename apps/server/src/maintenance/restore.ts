/** `restore DIR`: puts a copy back, with the server stopped. Revoked tokens stay revoked. */
import { openAuthority } from '@postern/authority';
import { restoreSqlite, openSqliteStore } from '@postern/store/sqlite';
import { tokenCrypto } from '../token-crypto.ts';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { auditEntry, commitAudited } from '@postern/authority';
import { StoreError } from '@postern/store';
import { ConfigError, type ServerConfig } from '../config.ts';
import { loadKeyEncryptionKey } from '../key-encryption-key.ts';
import { KEPT_FILES } from './backup.ts';

export async function restore(
  config: ServerConfig,
  source: string | undefined,
  unknownTokens: string | undefined,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<string> {
  if (source === undefined) throw new ConfigError('restore: name the directory of the copy');
  if (config.databaseUrl !== undefined)
    throw new ConfigError('restore puts SQLite back; for Postgres use pg_restore');
  if (unknownTokens !== undefined && unknownTokens !== 'revoke' && unknownTokens !== 'keep') {
    throw new ConfigError('--unknown-tokens is revoke or keep');
  }
  const directory = resolve(source);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const result = restoreOrExplain(directory, config.dataDir, unknownTokens, now);
  for (const file of KEPT_FILES) {
    if (existsSync(join(directory, file)) && !existsSync(join(config.dataDir, file))) {
      copyFileSync(join(directory, file), join(config.dataDir, file));
    }
  }
  const store = openSqliteStore(config.dataDir);
  try {
    // Opening proves that the key-encryption key fits, and the act is written where it belongs.
    const keyEncryptionKey = loadKeyEncryptionKey(config.dataDir, env['POSTERN_KEY_ENCRYPTION_KEY'], true);
    await openAuthority({
      store,
      keyEncryptionKey,
      crypto: tokenCrypto,
      location: config.location,
      now: () => now,
    });
    await commitAudited(store, [
      auditEntry({
        at: now,
        action: 'restore',
        outcome: 'done',
        actor: 'system',
        details: { revoked: result.revoked },
      }),
    ]);
  } finally {
    await store.close();
  }
  return [
    `restored ${result.tokens} tokens and ${result.auditEntries} audit entries; ${result.revoked} tokens were revoked`,
    ...(result.replaced === undefined ? [] : [`what was there before is in ${result.replaced}`]),
    'everybody signs in again',
    '',
  ].join('\n');
}

function restoreOrExplain(
  source: string,
  dataDir: string,
  unknownTokens: 'revoke' | 'keep' | undefined,
  now: number,
) {
  try {
    return restoreSqlite(source, dataDir, { now, ...(unknownTokens === undefined ? {} : { unknownTokens }) });
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'precondition') throw error;
    throw new ConfigError(
      `${error.message}; decide with --unknown-tokens revoke (safe: every token must be minted anew) or --unknown-tokens keep`,
    );
  }
}
