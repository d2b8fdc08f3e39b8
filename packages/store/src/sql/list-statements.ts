/** Lists with filters, as statements. Everything a caller sends travels as a parameter, never as SQL. */
import type { AuditQuery, ExecQuery, TokenQuery } from '../store.ts';
import type { SqlValue, Statement } from './statement.ts';

const DAY_MS = 86_400_000;

/** A token that was rotated dies of itself when its grace is over. */
const NOT_REVOKED = 'tokens.revoked_at IS NULL AND (tokens.dies_at IS NULL OR tokens.dies_at > ?)';

/** Collects conditions and their parameters. */
class Where {
  readonly params: SqlValue[] = [];
  readonly #conditions: string[] = [];

  /** @param condition with `?` for each of `values`. */
  add(condition: string, ...values: SqlValue[]): void {
    let index = this.params.length;
    this.#conditions.push(condition.replaceAll('?', () => `$${(index += 1)}`));
    this.params.push(...values);
  }

  mark(value: SqlValue): string {
    this.params.push(value);
    return `$${this.params.length}`;
  }

  get sql(): string {
    return this.#conditions.join(' AND ');
  }
}

/** Records that a search looks at beyond the ones whose name begins with it: the newest. */
const SEARCHED_NEWEST = 1000;
/** Tokens whose name begins with a text, at most: the first by name. */
const FOUND_BY_NAME = 200;

/**
 * Tokens whose name begins with a text, wherever they are; and the newest ones that hold it elsewhere. Each part looks
 * at so many records, however many there are.
 */
const FOUND = `SELECT id FROM (
    SELECT id FROM tokens WHERE organization_id = ? AND LOWER(name) >= ? AND LOWER(name) < ?
    ORDER BY organization_id, LOWER(name), id LIMIT ${FOUND_BY_NAME}) AS beginning
  UNION SELECT id FROM (
    SELECT id, name FROM tokens WHERE organization_id = ?
    ORDER BY organization_id DESC, created_at DESC, id DESC LIMIT ${SEARCHED_NEWEST}) AS newest
  WHERE LOWER(name) LIKE ? ESCAPE '\\' OR id LIKE ? ESCAPE '\\'
  UNION SELECT id FROM tokens WHERE id = ?`;

function foundBy({ organizationId }: TokenQuery, search: string): SqlValue[] {
  const text = search.toLowerCase();
  const pattern = containing(text);
  // Nothing that begins with the text sorts after it and the last character there is.
  return [organizationId, text, `${text}\u{10FFFF}`, organizationId, pattern, pattern, text];
}

function tokenWhere(query: TokenQuery): Where {
  const where = new Where();
  // A search begins with what it found: with `+ 0` no index of all tokens of the organization is gone through instead.
  const only = query.search === undefined ? '' : ' + 0';
  where.add(`tokens.organization_id${only} = ?`, query.organizationId);
  if (query.appId !== undefined) where.add(`tokens.app_id${only} = ?`, query.appId);
  if (query.createdBy !== undefined) where.add('tokens.created_by = ?', query.createdBy);
  if (query.search !== undefined) where.add(`tokens.id IN (${FOUND})`, ...foundBy(query, query.search));
  switch (query.status) {
    case undefined:
      break;
    case 'live':
      where.add(
        `${NOT_REVOKED} AND (tokens.expires_at IS NULL OR tokens.expires_at >= ?)`,
        query.now,
        query.now,
      );
      break;
    case 'expired':
      where.add(`${NOT_REVOKED} AND tokens.expires_at < ?`, query.now, query.now);
      break;
    case 'revoked':
      where.add(`NOT (${NOT_REVOKED})`, query.now);
      break;
    case 'never_used':
      where.add('tokens.last_used_at IS NULL');
      break;
    case 'unused_60_days':
      where.add('COALESCE(tokens.last_used_at, tokens.created_at) < ?', query.now - 60 * DAY_MS);
      break;
    case 'long_lived':
      where.add('(tokens.expires_at IS NULL OR tokens.expires_at - tokens.created_at > ?)', 90 * DAY_MS);
      break;
  }
  return where;
}

const TOKEN_ORDER: Readonly<Record<NonNullable<TokenQuery['sort']>, string>> = {
  created: 'tokens.created_at DESC, tokens.id DESC',
  name: 'LOWER(tokens.name), tokens.id',
  expires: 'tokens.expires_at IS NULL, tokens.expires_at, tokens.id',
  last_used: 'tokens.last_used_at IS NULL, tokens.last_used_at DESC, tokens.id',
};

export function tokenPage(query: TokenQuery, select: string): Statement {
  const where = tokenWhere(query);
  const order = TOKEN_ORDER[query.sort ?? 'created'];
  const sql = `${select} WHERE ${where.sql} ORDER BY ${order} LIMIT ${where.mark(query.limit)} OFFSET ${where.mark(query.offset)}`;
  return { sql, params: where.params };
}

/** Rows after a page that are counted; that there are more is not said. */
const COUNTED_AFTER = 1000;

export function tokenCount(query: TokenQuery): Statement {
  const where = tokenWhere(query);
  const most = where.mark(query.offset + query.limit + COUNTED_AFTER);
  const sql = `SELECT COUNT(*) AS count FROM (SELECT 1 FROM tokens WHERE ${where.sql} LIMIT ${most}) AS counted`;
  return { sql, params: where.params };
}

export function execQuery(query: ExecQuery): Statement {
  const where = new Where();
  where.add('organization_id = ?', query.organizationId);
  if (query.appId !== undefined) where.add('app_id = ?', query.appId);
  if (query.machineId !== undefined) where.add('machine_id = ?', query.machineId);
  if (query.tokenId !== undefined) where.add('token_id = ?', query.tokenId);
  if (query.state === 'running') where.add('ended_at IS NULL');
  if (query.state === 'done') where.add(`ended_at IS NOT NULL AND reason <> 'connection-lost'`);
  if (query.state === 'failed')
    where.add(`ended_at IS NOT NULL AND (reason <> 'exited' OR exit_code IS NULL OR exit_code <> 0)`);
  if (query.state === 'unknown') where.add(`reason = 'connection-lost'`);
  const sql = `SELECT * FROM execs WHERE ${where.sql} ORDER BY started_at DESC, id DESC
    LIMIT ${where.mark(query.limit)} OFFSET ${where.mark(query.offset)}`;
  return { sql, params: where.params };
}

export function auditQuery(query: AuditQuery, genesis: string): Statement {
  const where = new Where();
  const mark = where.mark(genesis);
  where.add('audit.organization_id = ?', query.organizationId);
  if (query.after !== undefined) where.add('audit.seq > ?', query.after);
  if (query.before !== undefined) where.add('audit.seq < ?', query.before);
  if (query.from !== undefined) where.add('audit.seq >= ?', query.from);
  if (query.action !== undefined) where.add('audit.action = ?', query.action);
  if (query.outcome !== undefined) where.add('audit.outcome = ?', query.outcome);
  if (query.appId !== undefined) where.add('audit.app_id = ?', query.appId);
  if (query.tokenId !== undefined) where.add('audit.token_id = ?', query.tokenId);
  if (query.execId !== undefined) where.add('audit.exec_id = ?', query.execId);
  if (query.search !== undefined) {
    where.add(`audit.body LIKE ? ESCAPE '\\'`, containing(query.search));
  }
  if (query.actor !== undefined) {
    // Quotes inside of texts are escaped in JSON: this can only be the key.
    where.add(`audit.body LIKE ? ESCAPE '\\'`, containing(`"actor":${JSON.stringify(query.actor)},`));
  }
  const order = query.after === undefined ? 'DESC' : 'ASC';
  const sql = `SELECT audit.*, COALESCE(before.hash, ${mark}) AS previous_hash
    FROM audit LEFT JOIN audit AS before ON before.seq = audit.seq - 1
    WHERE ${where.sql} ORDER BY audit.seq ${order} LIMIT ${where.mark(query.limit)}`;
  return { sql, params: where.params };
}

/** A pattern of LIKE for texts that hold this one as it is. */
function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
