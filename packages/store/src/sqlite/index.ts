export { backupSqlite, type BackupCheck } from './backup.ts';
export { openMemoryStore, openSqliteStore } from './open.ts';
export { restoreSqlite, type RestoreOptions, type RestoreResult } from './restore.ts';
