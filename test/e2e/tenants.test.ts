/** Invariant 9, from outside: every operation, tried with a session and a token of another organization. */
import { operations, type Operation } from '@postern/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, type Installation } from './installation.ts';

interface World {
  readonly postern: Installation;
  readonly owner: string;
  readonly stranger: string;
  readonly strangerToken: string;
  readonly params: Readonly<Record<string, string>>;
}

let world: World;

async function call(authorization: string, method: string, path: string, body?: unknown) {
  const response = await fetch(world.postern.url + path, {
    method,
    headers: { authorization: `Bearer ${authorization}`, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  return { status: response.status, text: await response.text() };
}

const json = ({ text }: { text: string }): Record<string, never> => JSON.parse(text) as Record<string, never>;

beforeAll(async () => {
  const postern = await install();
  const owner = postern.session();
  world = { postern, owner, stranger: '', strangerToken: '', params: {} };
  const shared = json(await call(owner, 'POST', '/v1/orgs', { slug: 'shared' }));
  expect(shared['slug']).toBe('shared');
  // A person who belongs to an organization of their own, and to none of the owner's.
  const member = json(
    await call(owner, 'POST', '/v1/orgs/shared/members', { email: 'stranger@example.test' }),
  );
  const secret = String(member['login_url']).split('#')[1];
  const session = json(await call('', 'POST', '/v1/session', { login_secret: secret }));
  const stranger = String(session['access_token']);
  expect(stranger).toMatch(/^fo1_/);
  await call(stranger, 'POST', '/v1/orgs', { slug: 'theirs' });
  await call(owner, 'DELETE', '/v1/orgs/shared/members/stranger@example.test');
  await call(stranger, 'POST', '/v1/apps', { name: 'theirs', org_slug: 'theirs' });
  const theirs = json(await call(stranger, 'POST', '/v1/apps/theirs/tokens', {}));
  expect(theirs['token']).toMatch(/^FlyV1 fm2_/);
  const mine = json(await call(owner, 'POST', '/v1/apps/demo/tokens', {})) as { record?: { id: string } };
  const path = `/v1/apps/demo/machines/${postern.machine}/exec`;
  const exec = json(await call(owner, 'POST', path, { command: ['true'] }));
  const keys = json(await call(owner, 'GET', '/v1/keys')) as { keys?: { id: string }[] };
  world = {
    postern,
    owner,
    stranger,
    strangerToken: String(theirs['token']),
    params: {
      app: 'demo',
      org: 'personal',
      machine: postern.machine,
      token: mine.record?.id ?? '',
      exec: String(exec['exec_id']),
      key: keys.keys?.[0]?.id ?? '',
      user: 'owner@localhost',
    },
  };
});
afterAll(() => world.postern.remove());

/** Bodies that would be accepted from the owner. */
const BODIES: Readonly<Record<string, unknown>> = {
  'orgs.create': { slug: 'fresh' },
  'apps.create': { name: 'intruder', org_slug: 'personal' },
  'apps.update': { name: 'renamed' },
  'orgs.update': { name: 'renamed' },
  'members.add': { email: 'x@example.test' },
  'members.update': { role: 'member' },
  'machines.update': { name: 'renamed' },
  'machines.signal': { signal: 'TERM' },
  'machines.exec': { command: ['true'] },
  'tokens.mint-org': { profile: 'readonly' },
  'tokens.rename': { name: 'renamed' },
  'tokens.revoke-many': { app: 'demo' },
  'keys.retire': { expected_live_tokens: 0 },
  'session.create': { login_secret: 'login_guess' },
  'introspection.authenticate': { header: 'fm2_x' },
  'introspection.authorize': { header: 'fm2_x', access: { action: 'r', app_name: 'demo' } },
};

/** Operations that speak of the caller alone; they may succeed, and show nothing of others. */
const OWN = new Set([
  'session.show',
  'session.link',
  'session.end',
  'orgs.list',
  'orgs.create',
  'apps.list',
  'introspection.current',
]);
/** They end or make the stranger's own things, which the rest of the test needs as they are. */
const NOT_TRIED = new Set(['session.end', 'orgs.create']);
/** The stranger is an admin, of their own organization; the chain belongs to all, and its check shows only that it holds. */
const SHARED = new Set(['audit.verify']);

const all: Operation[] = Object.values(operations);

describe.each(all.filter(({ name }) => !NOT_TRIED.has(name)))('$name', (operation) => {
  test.each(['session', 'token'] as const)('with a %s of another organization', async (kind) => {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(world.params[name] ?? ''),
    );
    const credential = kind === 'session' ? world.stranger : world.strangerToken;
    const { status, text } = await call(credential, operation.method, path, BODIES[operation.name]);
    if (OWN.has(operation.name) || (SHARED.has(operation.name) && kind === 'session')) {
      expect([200, 201, 403], text).toContain(status);
      for (const theirs of ['personal', 'demo', world.params['machine'] ?? ''])
        expect(text).not.toContain(`"${theirs}"`);
    } else {
      expect([401, 403, 404], text).toContain(status);
    }
  });
});

/** The stranger's own organization and app in front, and somebody else's thing behind. */
describe('what belongs to another organization is not reached through one of their own', () => {
  test.each<[string, string, (foreign: Readonly<Record<string, string>>) => string, unknown?]>([
    ['show a machine', 'GET', ({ machine }) => `/v1/apps/theirs/machines/${machine}`],
    ['rename a machine', 'PATCH', ({ machine }) => `/v1/apps/theirs/machines/${machine}`, { name: 'x' }],
    ['remove a machine', 'DELETE', ({ machine }) => `/v1/apps/theirs/machines/${machine}`],
    [
      'run a command',
      'POST',
      ({ machine }) => `/v1/apps/theirs/machines/${machine}/exec`,
      { command: ['true'] },
    ],
    ['a member', 'PATCH', ({ user }) => `/v1/orgs/theirs/members/${user}`, { role: 'member' }],
    ['remove a member', 'DELETE', ({ user }) => `/v1/orgs/theirs/members/${user}`],
    ['revoke all of an app', 'POST', () => '/v1/orgs/theirs/tokens/revoke', { app: 'demo' }],
    ['audit of an app', 'GET', () => '/v1/orgs/theirs/audit?app=demo'],
  ])('%s', async (_, method, path, body) => {
    const { status, text } = await call(world.stranger, method, path(world.params), body);
    expect([403, 404], text).toContain(status);
  });

  test('tokens: revoked by id, pinned to a machine, put beside a machine', async () => {
    const { stranger, params } = world;
    const revoked = await call(stranger, 'POST', '/v1/orgs/theirs/tokens/revoke', { ids: [params['token']] });
    expect(json(revoked)).toMatchObject({ revoked: [], failed: [{ code: 'token_not_found' }] });
    const machines = [params['machine']];
    expect((await call(stranger, 'POST', '/v1/apps/theirs/tokens', { machines })).status).toBe(404);
    const beside = { beside: params['machine'], driver: { kind: 'process' } };
    expect([403, 404]).toContain((await call(stranger, 'POST', '/v1/apps/theirs/machines', beside)).status);
    const creator = await call(stranger, 'POST', '/v1/orgs/theirs/tokens/revoke', {
      creator: 'owner@localhost',
    });
    expect(creator.status, creator.text).toBe(404);
  });
});

test('afterwards the owner finds everything as it was', async () => {
  const { owner, params } = world;
  expect((await call(owner, 'GET', '/v1/apps/demo')).status).toBe(200);
  expect(json(await call(owner, 'GET', `/v1/tokens/${params['token']}`))).toMatchObject({ status: 'live' });
  expect((await call(owner, 'GET', `/v1/apps/demo/machines/${params['machine']}`)).status).toBe(200);
  expect(json(await call(owner, 'GET', '/v1/orgs/personal'))).toMatchObject({
    name: 'Personal',
    role: 'admin',
  });
});
