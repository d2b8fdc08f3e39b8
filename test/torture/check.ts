/**
 * What must hold after each restart: every acknowledged mint is listed, every acknowledged revoke stands, nothing else
 * is revoked, tokens work or are refused accordingly; the audit chain holds without a gap and goes on from where it
 * was; every acknowledged mint, revoke and exec has its entry; no token was allowed anything after its revocation in
 * the log; no command of before runs on, and no record says so.
 */
import type { Installation } from '../e2e/installation.ts';
import type { Load } from './load.ts';

/** Rows of one page. */
const PAGE = 500;
/** Tokens tried out after each restart. */
const TRIED = 4;

interface Entry {
  readonly seq: number;
  readonly action: string;
  readonly outcome: string;
  readonly token: string | null;
  readonly exec: string | null;
  readonly hash: string;
}

export function createChecker(postern: Installation, load: Load): () => Promise<void> {
  const { known, executed, losses } = load;
  const call: Load['call'] = (...words) => load.call(...words);
  const minted = new Set<string>();
  const revoked = new Set<string>();
  const allowed = new Set<string>();
  let last: Entry | undefined;

  const readLog = async (): Promise<void> => {
    for (;;) {
      // The last entry is read again: a log that was cut off would not show otherwise.
      const after = last === undefined ? 0 : last.seq - 1;
      const { body } = await call(
        'GET',
        `/v1/orgs/personal/audit?after=${after}&limit=${PAGE}`,
        postern.session(),
      );
      const [first, ...rest] = body['entries'] as Entry[];
      if (last !== undefined && first?.hash !== last.hash)
        losses.push(`audit entry ${last.seq} is not what it was`);
      for (const entry of last === undefined && first !== undefined ? [first, ...rest] : rest) note(entry);
      last = rest.at(-1) ?? last ?? first;
      if (rest.length < PAGE - 1) return;
    }
  };

  const note = ({ seq, action, outcome, token, exec }: Entry): void => {
    if (action === 'token.mint' && token !== null) minted.add(token);
    if (action === 'token.revoke' && token !== null) revoked.add(token);
    if (action !== 'exec.run' || outcome !== 'allowed') return;
    if (exec !== null) allowed.add(exec);
    if (token !== null && revoked.has(token))
      losses.push(`entry ${seq} allows token ${token}, which is revoked before it`);
  };

  const readStatuses = async (): Promise<Map<string, string>> => {
    const statuses = new Map<string, string>();
    let cursor: string | null = null;
    do {
      const path: string = `/v1/apps/demo/tokens?limit=${PAGE}${cursor === null ? '' : `&cursor=${cursor}`}`;
      const { body } = await call('GET', path, postern.session());
      for (const { id, status } of body['tokens'] as { id: string; status: string }[])
        statuses.set(id, status);
      cursor = body['next_cursor'] as string | null;
    } while (cursor !== null);
    return statuses;
  };

  const checkRecords = async (): Promise<void> => {
    const statuses = await readStatuses();
    for (const record of known) {
      const status = statuses.get(record.id);
      if (status === undefined) losses.push(`minted token ${record.id} is missing`);
      else if (record.revoked === 'maybe') record.revoked = status === 'revoked' ? 'yes' : 'no';
      else if (status !== (record.revoked === 'yes' ? 'revoked' : 'live'))
        losses.push(`token ${record.id} is ${status}, revoked: ${record.revoked}`);
      if (!minted.has(record.id)) losses.push(`mint of ${record.id} has no audit entry`);
      if ((record.revoked === 'yes') !== revoked.has(record.id))
        losses.push(`the log does not tell whether ${record.id} is revoked: ${record.revoked}`);
    }
    for (const exec of executed)
      if (!allowed.has(exec)) losses.push(`exec ${exec} ran without an audit entry`);
  };

  const tryTokens = async (): Promise<void> => {
    for (let i = 0; i < TRIED; i += 1) {
      const record = known[known.length - 1 - Math.floor((i * known.length) / TRIED)];
      if (record === undefined) continue;
      const { status } = await call('POST', load.execPath(), record.token, { command: ['true'] });
      if (status !== (record.revoked === 'yes' ? 401 : 200))
        losses.push(`token ${record.id}, revoked: ${record.revoked}, answered ${status}`);
    }
  };

  return async () => {
    // Before anything is tried out: the record of a command is closed a moment after its answer.
    const running = await call('GET', '/v1/apps/demo/execs?state=running', postern.session());
    if ((running.body['execs'] as unknown[]).length > 0) losses.push('a record of before is still running');
    await readLog();
    await checkRecords();
    await tryTokens();
    const { body } = await call('POST', '/v1/audit/verify', postern.session());
    if (body['ok'] !== true)
      losses.push(`the audit chain is broken: ${JSON.stringify(body['first_broken'])}`);
  };
}
