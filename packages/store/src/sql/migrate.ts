/** Versioned, forward-only migrations, run at start under a lock. A newer schema is refused. */
import { StoreError } from '../errors.ts';
import { first } from './migrations/0001-first.ts';
import { findTokens } from './migrations/0002-find-tokens.ts';

/** All migrations in order; the version of a schema is how many have run. */
export const MIGRATIONS: readonly (readonly string[])[] = [first, findTokens];

export interface Dialect {
  /** A 64-bit primary key that is never reused. */
  readonly serial: string;
  /** A 64-bit column whose values we give; as a primary key it is the order of the table itself. */
  readonly sequence: string;
  readonly bytes: string;
}

/**
 * @param version how many migrations the database says have run.
 * @param upTo a version before the newest, to make a schema as it once was.
 * @returns the statements still to run.
 * @throws StoreError `newer-schema`.
 */
export function pendingMigrations(
  version: number,
  dialect: Dialect,
  upTo: number = MIGRATIONS.length,
): string[] {
  if (version > MIGRATIONS.length) {
    throw new StoreError(
      'newer-schema',
      `the data was written by a newer version of Postern (schema ${version}; this version knows ${MIGRATIONS.length})`,
    );
  }
  const spelling: Readonly<Record<string, string>> = {
    SERIAL: dialect.serial,
    SEQUENCE: dialect.sequence,
    BYTES: dialect.bytes,
  };
  return MIGRATIONS.slice(version, upTo)
    .flat()
    .map((sql) => sql.replaceAll(/\$([A-Z]+)/g, (_, name: string) => spelling[name] ?? name));
}
