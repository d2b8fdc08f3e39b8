/**
 * Structured logs: one JSON object a line on standard error. Text that looks like a token, session or key is
 * blotted out whatever field it came in: a log line must never be a credential.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

const SECRET = /\b(?:fm2|fm1r|fm1a|fo1|join|login)_[A-Za-z0-9+/=_-]{8,}/g;

/** Replaces anything that has the form of a secret of ours. */
export function redact(text: string): string {
  return text.replace(SECRET, '[redacted]');
}

/** What JSON leaves as it is and a terminal or pager acts on: C1 controls, DEL, line separators, hidden and reordering. */
const ACTING = /[\u007F-\u009F\u2028\u2029]|\p{Cf}/gu;

function escape(character: string): string {
  return character.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * @param write takes one line without its newline.
 * @param now milliseconds since the epoch.
 */
export function createLog(write: (line: string) => void, now: () => number): Log {
  const line = (level: string, event: string, fields: LogFields = {}): void => {
    const entry: Record<string, unknown> = { at: new Date(now()).toISOString(), level, event };
    for (const [key, value] of Object.entries(fields)) {
      entry[key] = typeof value === 'string' ? redact(value) : value;
    }
    write(JSON.stringify(entry).replaceAll(ACTING, escape));
  };
  return {
    info: (event, fields) => line('info', event, fields),
    warn: (event, fields) => line('warn', event, fields),
    error: (event, fields) => line('error', event, fields),
  };
}
