/**
 * The hash chain of the audit log: each entry's hash covers its canonical JSON and the hash before it, so that an
 * edit, a removal or a reordering anywhere shows.
 */
import { hash } from 'node:crypto';
import type { AuditEntry } from '../records.ts';
import type { RawAuditRow } from '../store.ts';

/** The hash before the first entry. */
export const GENESIS: string = '0'.repeat(64);

/** The text that is stored and hashed: keys in a fixed order, nothing left out. */
export function auditBody(seq: number, entry: AuditEntry): string {
  return JSON.stringify({
    seq,
    at: entry.at,
    action: entry.action,
    outcome: entry.outcome,
    actor: entry.actor,
    organizationId: entry.organizationId,
    appId: entry.appId,
    machineId: entry.machineId,
    tokenId: entry.tokenId,
    execId: entry.execId,
    source: entry.source,
    command: entry.command,
    reason: entry.reason,
    details: entry.details,
  });
}

export function auditHash(previousHash: string, body: string): string {
  return hash('sha256', `${previousHash}\n${body}`, 'hex');
}

export interface ChainBreak {
  readonly seq: number;
  readonly reason: string;
}

/**
 * Checks a run of rows against the row before them.
 *
 * @returns the first break, or the place and hash to go on from.
 */
export function checkChain(
  rows: readonly RawAuditRow[],
  from: { readonly seq: number; readonly hash: string },
): { readonly broken: ChainBreak } | { readonly seq: number; readonly hash: string } {
  let { seq, hash } = from;
  for (const row of rows) {
    if (row.seq !== seq + 1) return { broken: { seq: seq + 1, reason: 'the entry is missing' } };
    hash = auditHash(hash, row.body);
    seq = row.seq;
    if (hash !== row.hash) return { broken: { seq, reason: 'the entry or one before it was changed' } };
    if (!columnsAgree(row))
      return { broken: { seq, reason: 'the columns of the entry differ from its hashed text' } };
  }
  return { seq, hash };
}

/** Lists and searches go by the columns: one that was changed would hide an entry, or show it where it is not. */
function columnsAgree({
  body,
  seq,
  organizationId,
  appId,
  tokenId,
  execId,
  action,
  outcome,
}: RawAuditRow): boolean {
  const said = parseObject(body);
  const columns = { seq, organizationId, appId, tokenId, execId, action, outcome };
  return Object.entries(columns).every(([name, value]) => said[name] === value);
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
