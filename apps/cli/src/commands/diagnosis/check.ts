/** One thing `postern doctor` looks at, and what it found. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'broken' | 'skipped';
  readonly says: string;
  readonly hint?: string;
  readonly error?: unknown;
}

/** What a look found; what it throws is broken. */
export type Finding = Omit<Check, 'name'>;
