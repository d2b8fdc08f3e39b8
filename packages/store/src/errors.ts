/** Errors of stores: one class, a closed set of codes. */
export type StoreErrorCode =
  /** A unique name or id is taken; `field` says which. */
  | 'taken'
  /** The row that was to change is not there, or not in the state it must be in. */
  | 'not-found'
  | 'precondition'
  /** The schema was made by a newer version. */
  | 'newer-schema'
  /** Another process holds the data directory. */
  | 'locked'
  /** A row that cannot be read as what it should be, or a damaged file. */
  | 'corrupt'
  /** The disk is full, read-only or gone: nothing was written. */
  | 'unavailable';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly field: string | undefined;

  constructor(code: StoreErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.field = options.field;
  }
}
