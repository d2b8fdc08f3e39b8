/** The live stream of an organization: what it tells, whom, and for how long. */
import { LIMITS } from '@postern/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, until, type Installation } from './installation.ts';

let postern: Installation;
let owner: string;

interface Following {
  readonly status: number;
  /** Everything received so far. */
  readonly text: () => string;
  readonly ended: () => boolean;
  readonly leave: () => Promise<void>;
}

async function follow(session: string, org: string, header = 'authorization'): Promise<Following> {
  const gone = new AbortController();
  const credential = header === 'cookie' ? `postern_session=${session}` : `Bearer ${session}`;
  const answer = await fetch(`${postern.url}/v1/orgs/${org}/events`, {
    headers: { [header]: credential },
    signal: gone.signal,
  });
  let text = '';
  let ended = false;
  const reading = (async () => {
    const decoder = new TextDecoder();
    const body: ReadableStream<Uint8Array> | null = answer.body;
    for await (const piece of body ?? []) text += decoder.decode(piece, { stream: true });
  })()
    .catch(() => undefined)
    .then(() => (ended = true));
  return {
    status: answer.status,
    text: () => text,
    ended: () => ended,
    async leave() {
      gone.abort();
      await reading;
    },
  };
}

async function call<Answer = Record<string, unknown>>(
  session: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const answer = await fetch(postern.url + path, {
    method,
    headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

async function newSession(): Promise<string> {
  const { url } = await call<{ url: string }>(owner, 'POST', '/v1/session/link');
  return redeem(url);
}

async function redeem(url: string): Promise<string> {
  const { access_token } = await call<{ access_token: string }>('', 'POST', '/v1/session', {
    login_secret: url.split('#')[1],
  });
  return access_token;
}

async function invite(email: string, org: string): Promise<string> {
  const { login_url } = await call<{ login_url: string }>(owner, 'POST', `/v1/orgs/${org}/members`, {
    email,
  });
  return redeem(login_url);
}

beforeAll(async () => {
  postern = await install();
  owner = postern.session();
});
afterAll(() => postern.remove());

describe('what is told', () => {
  test('tokens, execs, machines and audit entries, by id alone', async () => {
    const events = await follow(owner, 'personal');
    expect(events.status).toBe(200);
    const { token, record } = await call<{ token: string; record: { id: string } }>(
      owner,
      'POST',
      '/v1/apps/demo/tokens',
      { name: 'told-name', commands: [{ args: ['true', 'told-word'], exact: true }] },
    );
    const { exec_id } = await call<{ exec_id: string }>(
      token.replace('FlyV1 ', ''),
      'POST',
      `/v1/apps/demo/machines/${postern.machine}/exec`,
      { command: ['true', 'told-word'] },
    );
    const added = await call<{ machine: { id: string }; join_token: string }>(
      owner,
      'POST',
      '/v1/apps/demo/machines',
      { name: 'told-machine' },
    );
    await call(owner, 'PATCH', `/v1/apps/demo/machines/${added.machine.id}`, { name: 'told-renamed' });
    await call(owner, 'DELETE', `/v1/apps/demo/machines/${added.machine.id}`);
    await call(owner, 'PATCH', `/v1/tokens/${record.id}`, { name: 'told-again' });
    await call(owner, 'POST', `/v1/tokens/${record.id}/revoke`, { reason: 'told-reason' });
    await until(() => events.text().includes(`{"type":"token","token":"${record.id}","state":"revoked"}`));
    for (const expected of [
      { type: 'token', token: record.id, state: 'minted' },
      { type: 'exec', exec: exec_id, machine: postern.machine, token: record.id, state: 'running' },
      { type: 'exec', exec: exec_id, machine: null, token: null, state: 'done' },
      { type: 'machine', machine: added.machine.id, state: 'added' },
      { type: 'machine', machine: added.machine.id, state: 'renamed' },
      { type: 'machine', machine: added.machine.id, state: 'removed' },
      { type: 'token', token: record.id, state: 'renamed' },
      { type: 'audit', action: 'exec.run', outcome: 'allowed', token: record.id, exec: exec_id },
    ]) {
      expect(events.text()).toContain(`data: ${JSON.stringify(expected)}\n\n`);
    }
    expect(events.text()).not.toMatch(/told-|fm2_|fo1_|join_|127\.0\.0\.1/);
    await events.leave();
  });

  test('invariant 9: events of another organization never arrive', async () => {
    await call(owner, 'POST', '/v1/orgs', { slug: 'theirs' });
    await call(owner, 'POST', '/v1/apps', { name: 'theirs', org_slug: 'theirs' });
    const mine = await follow(owner, 'personal');
    const theirs = await follow(owner, 'theirs');
    const other = await call<{ record: { id: string } }>(owner, 'POST', '/v1/apps/theirs/tokens');
    await call(owner, 'POST', `/v1/tokens/${other.record.id}/revoke`);
    const { record } = await call<{ record: { id: string } }>(owner, 'POST', '/v1/apps/demo/tokens');
    await until(() => mine.text().includes(record.id));
    await until(() => theirs.text().includes('"state":"revoked"'));
    expect(mine.text()).not.toContain(other.record.id);
    expect(theirs.text()).not.toContain(record.id);
    await mine.leave();
    await theirs.leave();
  });
});

describe('who is told', () => {
  test('nobody without a session', async () => {
    const { token } = await call<{ token: string }>(owner, 'POST', '/v1/apps/demo/tokens');
    expect((await follow(token, 'personal')).status).toBe(403);
    expect((await follow('fo1_nonsense', 'personal')).status).toBe(401);
    expect((await fetch(`${postern.url}/v1/orgs/personal/events`)).status).toBe(401);
  });

  test('not who is no member; the organization does not exist for them', async () => {
    await call(owner, 'POST', '/v1/orgs', { slug: 'closed' });
    await call(owner, 'POST', '/v1/orgs', { slug: 'open' });
    const stranger = await invite('stranger@example.test', 'open');
    expect((await follow(stranger, 'closed')).status).toBe(404);
    expect((await follow(stranger, 'nowhere')).status).toBe(404);
  });

  test('a cookie is enough: nothing is changed by reading', async () => {
    const events = await follow(owner, 'personal', 'cookie');
    expect(events.status).toBe(200);
    await events.leave();
  });

  test(`a session follows at most ${LIMITS.eventStreamsPerSession} times, and another one as often`, async () => {
    const session = await newSession();
    const open = await Promise.all(
      Array.from({ length: LIMITS.eventStreamsPerSession }, () => follow(session, 'personal')),
    );
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
    expect((await follow(session, 'personal')).status).toBe(429);
    const other = await follow(await newSession(), 'personal');
    expect(other.status).toBe(200);
    await Promise.all([...open, other].map(({ leave }) => leave()));
    let again: Following | undefined;
    await until(async () => {
      again = await follow(session, 'personal');
      return again.status === 200;
    });
    await again?.leave();
  });
});

describe('until when', () => {
  test('it ends when the session is ended, and only that one', async () => {
    const session = await newSession();
    const [ending, staying] = [await follow(session, 'personal'), await follow(owner, 'personal')];
    await call(session, 'DELETE', '/v1/session');
    await until(ending.ended);
    const { record } = await call<{ record: { id: string } }>(owner, 'POST', '/v1/apps/demo/tokens');
    await until(() => staying.text().includes(record.id));
    expect(ending.text()).not.toContain(record.id);
    await staying.leave();
  });

  test('it ends when the membership is removed', async () => {
    await call(owner, 'POST', '/v1/orgs', { slug: 'shared' });
    const member = await invite('member@example.test', 'shared');
    const events = await follow(member, 'shared');
    await call(owner, 'DELETE', '/v1/orgs/shared/members/member@example.test');
    await until(events.ended);
    expect((await follow(member, 'shared')).status).toBe(404);
  });

  test('it ends when the server stops, and the server does not wait for its readers', async () => {
    const events = await follow(owner, 'personal');
    expect(await postern.stop()).toBe(0);
    await until(events.ended);
    await postern.start();
    const machines = await call<{ last_seen_at: string | null }[]>(owner, 'GET', '/v1/apps/demo/machines');
    expect(machines[0]?.last_seen_at).not.toBeNull();
  });
});
