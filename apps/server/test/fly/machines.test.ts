/** `machine …` and leases: the requests stock flyctl sends, and the exact answers it needs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openContract, type Contract } from './contract.ts';
import { MACHINE } from './queries.ts';

let fly: Contract;
beforeAll(async () => {
  fly = await openContract();
});
afterAll(() => fly.remove());

const ask = (method: string, path: string, body?: unknown, headers = {}) =>
  fly.rest(method, fly.machine + path, fly.session, body, headers);
const nonce = (value: string) => ({ 'fly-machine-lease-nonce': value });

describe('machine list, status, exec', () => {
  test('the machine has every field flyctl follows', async () => {
    const { json } = await ask('GET', '');
    expect(json).toMatchObject({
      id: fly.postern.machine,
      name: 'local',
      state: 'started',
      region: 'local',
      instance_id: fly.postern.machine,
      version: fly.postern.machine,
      host_status: 'ok',
      cordoned: false,
      config: {
        init: {},
        env: {},
        guest: { cpu_kind: 'shared', cpus: 1, memory_mb: 256 },
        metadata: { fly_platform_version: 'v2', fly_process_group: 'app' },
        restart: { policy: 'no' },
      },
      events: [],
      checks: [],
    });
    expect((json['image_ref'] as { tag: string }).tag).toMatch(/^deployment-/);
    expect(json['created_at']).toMatch(/Z$/);
    const listed = await fly.rest('GET', '/v1/apps/demo/machines', fly.session);
    expect(listed.json).toEqual([{ ...json, last_seen_at: expect.any(String) as unknown }]);
  });

  test('the app of a machine is found by its id', async () => {
    expect(await fly.graphql(MACHINE, { machineId: fly.postern.machine })).toEqual({
      data: {
        gqlmachine: {
          id: fly.postern.machine,
          name: 'local',
          app: {
            name: 'demo',
            organization: { id: expect.stringMatching(/^org_/) as unknown, slug: 'personal' },
          },
        },
      },
    });
    const unknown = await fly.graphql(MACHINE, { machineId: '00000000000000' });
    expect(unknown.data).toBeNull();
    expect(unknown.errors?.[0]?.message).toContain('machine not found');
    const hidden = await fly.graphql(MACHINE, { machineId: fly.postern.machine }, 'fo1_wrong');
    expect(hidden.data).toBeNull();
    await fly.postern.postern(['orgs', 'create', 'acme', '--name', 'Acme Ltd']);
    const { stdout } = await fly.postern.postern(['tokens', 'create', 'org', '-o', 'acme']);
    const foreign = stdout.toString().trim();
    expect(foreign).toMatch(/^FlyV1 fm2_/);
    for (const machineId of ['00000000000000', fly.postern.machine]) {
      const { errors } = await fly.graphql(MACHINE, { machineId }, foreign);
      expect(errors?.[0]?.message).toContain(`machine not found: the app has no machine "${machineId}"`);
    }
  });

  test('exec: 200 whatever the command says, 4xx with a sentence when it was not run', async () => {
    const failed = await ask('POST', '/exec', { cmd: "sh -c 'echo out; echo err >&2; exit 7'" });
    expect(failed.status).toBe(200);
    expect(failed.json).toMatchObject({ exit_code: 7, exit_signal: 0, stdout: 'out\n', stderr: 'err\n' });
    expect((await ask('POST', '/exec', { cmd: 'id', machine: true })).json['exit_code']).toBe(0);
    for (const [body, status, words] of [
      [{}, 400, 'no command'],
      [{ cmd: "'open" }, 400, 'single quote'],
      [{ cmd: 'id', timeout: -5 }, 400, 'timeout'],
      [{ cmd: 'id', container: 'web' }, 422, 'container cannot be chosen'],
      [{ cmd: 'sleep 600', timeout: 1 }, 408, 'ended after 1 s'],
    ] as const) {
      const refused = await ask('POST', '/exec', body);
      expect({ status: refused.status, error: refused.json['error'] }, JSON.stringify(body)).toEqual({
        status,
        error: expect.stringContaining(words) as unknown,
      });
    }
  });

  test.each(['/v1/apps/nope/machines', '/v1/apps/demo/machines/00000000000000'])(
    'errors are JSON with a string, a status and a request id (%s)',
    async (path) => {
      const { status, json, headers } = await fly.rest('GET', path, fly.session);
      expect(status).toBe(404);
      expect(json).toMatchObject({
        error: expect.stringMatching(/(?:app|machine) not found/) as unknown,
        status: 'unknown',
      });
      expect(headers.get('fly-request-id')).not.toBeNull();
    },
  );

  test('who shows nothing valid is told so', async () => {
    for (const token of ['', 'fo1_wrong', 'FlyV1 fm2_AAAA']) {
      const { status, json } = await fly.rest('GET', fly.machine, token);
      expect(status).toBe(401);
      expect(json['error']).toMatch(/session|token/);
    }
  });

  test('flyctl leaves out a token that has expired: the empty header is answered with that', async () => {
    const empty = { authorization: 'Bearer' };
    const { status, json } = await fly.rest('GET', fly.machine, '', undefined, empty);
    expect(status).toBe(401);
    expect(json['error']).toMatch(/no token was presented.*flyctl leaves out a token that has expired/);
    const asked = { query: MACHINE, variables: { machineId: fly.postern.machine } };
    const graphql = await fly.rest('POST', '/graphql', '', asked, empty);
    expect(graphql.status).toBe(200);
    expect(graphql.text).toContain('flyctl leaves out a token that has expired');
  });
});

describe('leases', () => {
  const LEASE = '/lease?ttl=120';

  test('a lease is held by one, and given back', async () => {
    const taken = await ask('POST', LEASE);
    expect(taken.json).toEqual({
      status: 'success',
      data: {
        nonce: expect.stringMatching(/^[0-9a-f]+$/) as unknown,
        expires_at: expect.any(Number) as unknown,
        owner: 'owner@localhost',
        version: fly.postern.machine,
      },
    });
    const held = (taken.json['data'] as { nonce: string }).nonce;
    const refused = await ask('POST', LEASE);
    expect(refused.status).toBe(409);
    expect(refused.json['error']).toContain('held by owner@localhost');
    for (const wrong of [nonce('x'), {}])
      expect((await ask('DELETE', '/lease', undefined, wrong)).json['error']).toBe('lease not found');
    expect((await ask('DELETE', '/lease', undefined, nonce(held))).status).toBe(200);
    expect((await ask('DELETE', '/lease', undefined, nonce(held))).json['error']).toBe('lease not found');
  });

  test('leases view and clear: the one that is held is shown with what gives it back', async () => {
    const none = await ask('GET', '/lease');
    expect(none.status).toBe(404);
    expect(none.json['error']).toBe('lease not found');
    const taken = await ask('POST', LEASE);
    const seen = await ask('GET', '/lease');
    expect(seen.json).toEqual(taken.json);
    const shown = (seen.json['data'] as { nonce: string }).nonce;
    expect((await ask('DELETE', '/lease', undefined, nonce(shown))).status).toBe(200);
  });

  test('who may only read a machine sees no lease and takes none', async () => {
    const { stdout } = await fly.postern.postern(['tokens', 'create', 'readonly', '-o', 'personal']);
    const reader = stdout.toString().trim();
    await ask('POST', LEASE);
    for (const method of ['GET', 'POST', 'DELETE']) {
      const refused = await fly.rest(method, `${fly.machine}/lease`, reader);
      expect(refused.status, method).toBe(403);
      expect(refused.text).not.toContain('nonce');
    }
    const { nonce: held } = (await ask('GET', '/lease')).json['data'] as { nonce: string };
    await ask('DELETE', '/lease', undefined, nonce(held));
  });
});

describe('machine start, stop, restart, kill, wait', () => {
  test('start answers JSON', async () => {
    expect((await ask('POST', '/start')).json).toEqual({
      previous_state: 'started',
      migrated: false,
      new_host: '',
    });
  });

  test.each([
    ['/stop', { id: 'x', timeout: '0s' }],
    ['/stop', { id: 'x', signal: 'SIGTERM', timeout: '5s' }],
    ['/restart?force_stop=false', undefined],
    ['/restart?force_stop=true&timeout=4s', undefined],
    ['/restart?force_stop=false&signal=SIGTERM', undefined],
    ['/signal', { signal: 9 }],
  ])('%s %j of a host says why not, in no words that flyctl reads otherwise', async (path, body) => {
    const { status, json } = await ask('POST', path, body);
    expect(status).toBe(422);
    expect(json['error']).toContain('cannot do that');
    expect(json['error']).not.toMatch(/ for machine|machine failed to reach desired state/);
  });

  test('wait answers within its time', async () => {
    for (const state of ['started', 'settled'])
      expect((await ask('GET', `/wait?state=${state}&timeout=60`)).status).toBe(200);
    const late = await ask('GET', '/wait?state=stopped&timeout=1');
    expect(late.status).toBe(408);
    expect(late.json['error']).toContain('did not become stopped');
  });
});

test('destroy --force: the machine goes, and so did its lease', async () => {
  const added = await fly.rest('POST', '/v1/apps/demo/machines', fly.session, { name: 'spare' });
  const { id } = added.json['machine'] as { id: string };
  const path = `/v1/apps/demo/machines/${id}`;
  const { json } = await fly.rest('POST', `${path}/lease?ttl=120`, fly.session);
  const held = nonce((json['data'] as { nonce: string }).nonce);
  expect((await fly.rest('DELETE', `${path}?kill=true`, fly.session, undefined, held)).status).toBe(200);
  const released = await fly.rest('DELETE', `${path}/lease`, fly.session, undefined, held);
  expect(released.status).toBe(404);
  // flyctl passes over these words and prints any other.
  expect(released.json['error']).toContain('lease not found');
});
