export { openPostgresStore } from './open.ts';
