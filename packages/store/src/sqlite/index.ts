export { openMemoryStore, openSqliteStore } from './open.ts';
