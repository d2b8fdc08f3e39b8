/** `backup DIR`: a consistent copy of the data directory, while the server runs or not. */
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { backupSqlite } from '@postern/store/sqlite';
import { ConfigError, type ServerConfig } from '../config.ts';

/** Files of a data directory beside the database that a restored server needs. */
export const KEPT_FILES = ['key-encryption.key', 'agent.json'] as const;

export async function backup(config: ServerConfig, target: string | undefined, now: number): Promise<string> {
  if (target === undefined) throw new ConfigError('backup: name the directory to write the copy to');
  if (config.databaseUrl !== undefined) {
    throw new ConfigError(
      'backup copies SQLite; for Postgres use pg_dump, and keep the key-encryption key beside it',
    );
  }
  const directory = resolve(target);
  const check = await backupSqlite(config.dataDir, directory);
  for (const file of KEPT_FILES) {
    const source = join(config.dataDir, file);
    if (existsSync(source)) copyFileSync(source, join(directory, file));
  }
  const manifest = { version: 1, made_at: new Date(now).toISOString(), ...check };
  writeFileSync(join(directory, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  });
  return [
    `copied to ${directory}: ${check.tokens} tokens, ${check.auditEntries} audit entries, the chain holds`,
    'the copy holds the key-encryption key: whoever has it can make tokens; store it as you would a root password',
    '',
  ].join('\n');
}
