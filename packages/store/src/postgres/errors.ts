/** What Postgres says, as store errors. Codes: appendix A of the Postgres manual. */
import { StoreError } from '../errors.ts';

export function readPostgresError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  switch (code) {
    case '23505': {
      const field = typeof constraint === 'string' ? constraint.replace(/_(?:key|pkey)$/, '') : 'name';
      return new StoreError('taken', `${field} is taken`, { field, cause: error });
    }
    case '23503':
      return new StoreError('precondition', 'something else still refers to this', { cause: error });
    case '53100':
      return new StoreError('unavailable', 'the disk of the database is full: nothing was written', {
        cause: error,
      });
    case 'XX001':
    case 'XX002':
      return new StoreError('corrupt', 'the database is damaged; restore a backup', { cause: error });
    default: {
      const message = error instanceof Error ? error.message : 'unknown failure';
      return new StoreError('unavailable', `the database cannot be used: ${message}`, { cause: error });
    }
  }
}
