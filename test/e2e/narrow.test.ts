/** From what a token really ran to a successor that allows no more. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { install, type Installation } from './installation.ts';

let postern: Installation;

beforeAll(async () => {
  postern = await install();
});
afterAll(() => postern.remove());

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function call(bearer: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(postern.url + path, {
    method,
    headers: { authorization: `Bearer ${bearer.replace('FlyV1 ', '')}`, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  return { status: answer.status, body: await answer.json() };
}

const run = async (bearer: string, ...command: string[]): Promise<number> =>
  (await call(bearer, 'POST', `/v1/apps/demo/machines/${postern.machine}/exec`, { command })).status;

interface Minted {
  readonly token: string;
  readonly record: { readonly id: string };
}

interface Narrowing {
  readonly used: readonly { readonly command: readonly string[]; readonly times: number }[];
  readonly proposals: readonly {
    readonly kind: string;
    readonly summary: string;
    readonly caveat: unknown;
  }[];
}

test('a token that ran two commands is rotated into one that runs these alone', async () => {
  const owner = postern.session();
  const { token, record } = (await call(owner, 'POST', '/v1/apps/demo/tokens')).body as Minted;
  const path = `/v1/tokens/${record.id}`;
  expect((await call(owner, 'GET', `${path}/narrow`)).body).toEqual({
    execs: 0,
    complete: true,
    used: [],
    proposals: [],
  });
  expect(await run(token, 'true', 'a')).toBe(200);
  expect(await run(token, 'true', 'b')).toBe(200);
  expect(await run(token, 'true', 'b')).toBe(200);
  const { used, proposals } = (await call(owner, 'GET', `${path}/narrow`)).body as Narrowing;
  expect(used).toMatchObject([
    { command: ['true', 'b'], times: 2 },
    { command: ['true', 'a'], times: 1 },
  ]);
  expect(proposals.map(({ kind, summary }) => [kind, summary])).toEqual([
    ['exact', 'runs exactly `true b`, or exactly `true a`'],
    ['template', 'runs the form `true (b|a)`'],
    ['prefix', 'runs anything starting with `true`'],
  ]);
  const caveats = [proposals[1]?.caveat];
  const narrow = (await call(owner, 'POST', `${path}/rotate`, { caveats })).body as Minted;
  expect(await run(narrow.token, 'true', 'c')).toBe(403);
  expect(await run(narrow.token, 'uname')).toBe(403);
  expect(await run(narrow.token, 'true', 'a')).toBe(200);
  expect((await call(narrow.token, 'GET', '/v1/apps/demo/machines')).status).toBe(200);
  // Its first use has ended the wide one.
  expect(await run(token, 'true', 'a')).toBe(401);
});

test('a token cannot ask how it could be narrower, and a caveat that cannot be read mints nothing', async () => {
  const owner = postern.session();
  const { token, record } = (await call(owner, 'POST', '/v1/apps/demo/tokens')).body as Minted;
  const path = `/v1/tokens/${record.id}`;
  expect((await call(token, 'GET', `${path}/narrow`)).status).toBe(403);
  expect((await call(owner, 'GET', '/v1/tokens/tok_nothing/narrow')).status).toBe(404);
  const caveats = [{ type: 'Commands', body: 'everything' }];
  expect((await call(owner, 'POST', `${path}/rotate`, { caveats })).status).toBe(400);
  expect(await run(token, 'true')).toBe(200);
  expect((await call(owner, 'GET', path)).body).toMatchObject({ successor_id: null, status: 'live' });
});
