/** The audit log as a file: one JSON object a line, oldest first, as `postern audit export` prints it. */
import { operations } from '@postern/contract';
import { call } from '../api/client.ts';
import type { Filter } from './query.ts';

const PAGE_ROWS = 500;

/** What reorders or hides text, or steers a terminal: the file is read in terminals too. */
const UNSAFE =
  /[\p{Cc}\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]|\p{Cs}/gu;

/** @returns JSON of the same value without a character that is not harmless. */
export function harmlessJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(UNSAFE, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/**
 * Reads every entry that fits. Pages become blobs at once, which browsers keep outside the memory of the page.
 *
 * @param onCount told how many entries have come.
 * @throws PosternError
 */
export async function readExport(
  organization: string,
  filter: Filter,
  signal: AbortSignal,
  onCount: (count: number) => void,
): Promise<Blob> {
  const parts: Blob[] = [];
  let after = 0;
  let count = 0;
  for (;;) {
    const { entries } = await call(operations.listAudit, {
      params: { org: organization },
      query: { ...filter, after, limit: PAGE_ROWS },
      signal,
    });
    parts.push(new Blob(entries.map((entry) => `${harmlessJson(entry)}\n`)));
    count += entries.length;
    onCount(count);
    after = entries.at(-1)?.seq ?? after;
    if (entries.length < PAGE_ROWS) return new Blob(parts, { type: 'application/x-ndjson' });
  }
}

/** Hands a file to the browser to keep. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then; what is never let go stays until the page is closed.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
