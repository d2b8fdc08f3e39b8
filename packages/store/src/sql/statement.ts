/** SQL as data. Placeholders are `$1`, `$2`, … in the order of `params`, as Postgres and SQLite both take them. */
import type { StoreErrorCode } from '../errors.ts';

export type SqlValue = string | number | Uint8Array | null;
export type Row = Readonly<Record<string, unknown>>;

export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** What it means when no row was changed; absent when that is fine. */
  readonly whenNone?: { readonly code: StoreErrorCode; readonly message: string };
}

export interface StatementResult {
  readonly rows: readonly Row[];
  readonly changes: number;
}

export function statement(
  sql: string,
  params: readonly SqlValue[],
  whenNone?: Statement['whenNone'],
): Statement {
  return whenNone === undefined ? { sql, params } : { sql, params, whenNone };
}

export const missing = (what: string): NonNullable<Statement['whenNone']> => ({
  code: 'not-found',
  message: `there is no such ${what}`,
});

export function insert(
  table: string,
  columns: Readonly<Record<string, SqlValue>>,
  returnsId = false,
): Statement {
  const names = Object.keys(columns);
  const marks = names.map((_, index) => `$${index + 1}`);
  const returning = returnsId ? ' RETURNING id' : '';
  return statement(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks.join(', ')})${returning}`,
    Object.values(columns),
  );
}
