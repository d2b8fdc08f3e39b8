/** What can be asked of the audit log over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, until, type Installation } from './installation.ts';

interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly exec: string | null;
  readonly token: string | null;
  readonly command: readonly string[] | null;
  readonly details: Record<string, unknown>;
}

let installation: Installation;
let token: string;
let tokenId: string;

async function api<Answer>(method: string, path: string, body?: unknown, bearer?: string): Promise<Answer> {
  const answer = await fetch(`${installation.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${bearer ?? installation.session()}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as Answer;
}
const run = (body: object, bearer?: string) =>
  api<{ exec_id: string }>(
    'POST',
    `/v1/apps/demo/machines/${installation.machine}/exec`,
    { timeout: 60, ...body },
    bearer,
  );
const audit = async (query: Record<string, string> = {}): Promise<readonly Entry[]> =>
  (
    await api<{ entries: Entry[] }>(
      'GET',
      `/v1/orgs/personal/audit?${new URLSearchParams({ limit: '500', ...query }).toString()}`,
    )
  ).entries;

beforeAll(async () => {
  installation = await install();
  const minted = await api<{ token: string; record: { id: string } }>('POST', '/v1/apps/demo/tokens', {
    commands: [{ args: ['true'], exact: true }, { args: ['sleep'] }],
  });
  ({ token } = minted);
  tokenId = minted.record.id;
  for (let round = 0; round < 5; round += 1) {
    await run({ command: ['true'] }, token);
    await run({ command: ['false'] });
  }
});
afterAll(() => installation.remove());

describe('the entries of', () => {
  test('an actor', async () => {
    const theirs = await audit({ actor: `token:${tokenId}` });
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.every(({ actor }) => actor === `token:${tokenId}`)).toBe(true);
    expect(theirs).toEqual((await audit()).filter(({ actor }) => actor === `token:${tokenId}`));
    expect(await audit({ actor: 'token:' })).toEqual([]);
    expect(await audit({ actor: '%' })).toEqual([]);
  });

  test('a time: from a moment on, before a moment, and between two', async () => {
    const all = await audit();
    const moments = all.map(({ at }) => at);
    for (const moment of [...moments, '2001-01-01T00:00:00Z', '2199-01-01T00:00:00Z']) {
      const at = Date.parse(moment);
      const later = all.filter((entry) => Date.parse(entry.at) >= at);
      expect(await audit({ since: moment })).toEqual(later);
      expect(await audit({ until: moment })).toEqual(all.filter((entry) => !later.includes(entry)));
    }
    const [newest = '', oldest = ''] = [moments[0], moments.at(-1)];
    const between = await audit({ since: oldest, until: newest });
    expect(between).toEqual(all.filter(({ at }) => at < newest));
    const [second] = between.slice(1);
    expect(await audit({ since: oldest, until: newest, cursor: String(second?.seq) })).toEqual(
      between.slice(2),
    );
    await expect(audit({ since: 'yesterday' })).rejects.toThrow('400');
  });
});

describe('to kill an exec', () => {
  test('is written down, with who did it', async () => {
    const mine = await run({ command: ['sleep', '50'], detach: true }, token);
    await api('POST', `/v1/execs/${mine.exec_id}/kill`, { signal: 'SIGCONT' }, token);
    await api('POST', `/v1/execs/${mine.exec_id}/kill`, {});
    const kills = await audit({ action: 'exec.kill' });
    expect(kills).toMatchObject([
      { actor: expect.stringMatching(/^user:/) as string, exec: mine.exec_id, details: {} },
      { actor: `token:${tokenId}`, exec: mine.exec_id, details: { signal: 'SIGCONT' }, token: tokenId },
    ]);
    expect(kills[0]?.command).toEqual(['sleep', '50']);
    await until(
      async () => (await api<{ state: string }>('GET', `/v1/execs/${mine.exec_id}`)).state === 'done',
    );
  });

  test('of somebody else is refused, and nothing is written', async () => {
    const theirs = await run({ command: ['sleep', '50'], detach: true });
    const before = (await audit({ action: 'exec.kill' })).length;
    await expect(api('POST', `/v1/execs/${theirs.exec_id}/kill`, {}, token)).rejects.toThrow('404');
    expect(await audit({ action: 'exec.kill' })).toHaveLength(before);
    await api('POST', `/v1/execs/${theirs.exec_id}/kill`, {});
  });
});

test('many who verify at a time are all answered', async () => {
  const checks = await Promise.all(
    Array.from({ length: 8 }, () =>
      api<{ ok: boolean; entries: number; first_broken: unknown }>('POST', '/v1/audit/verify', {}),
    ),
  );
  const [newest] = await audit();
  for (const check of checks) {
    expect(check).toMatchObject({ ok: true, first_broken: null });
    expect(check.entries).toBeGreaterThanOrEqual(newest?.seq ?? Infinity);
  }
});
