import { operations, PosternError } from '@postern/contract';
import { describe, expect, test } from 'vitest';
import {
  buildRequest,
  createClient,
  fillPath,
  readError,
  type HttpRequest,
  type HttpResponse,
} from '@postern/client';

const target = { server: 'http://127.0.0.1:7070/', authorization: 'Bearer fo1_x' };
const answer = (status: number, body: unknown): HttpResponse => ({
  status,
  headers: {},
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('a request', () => {
  test('fills the path, the query and the body from the operation', () => {
    const request = buildRequest(target, operations.renameToken, {
      params: { token: 'tok_a' },
      body: { name: 'ci' },
    });
    expect(request).toEqual({
      method: 'PATCH',
      url: 'http://127.0.0.1:7070/v1/tokens/tok_a',
      headers: {
        accept: 'application/json',
        authorization: 'Bearer fo1_x',
        'content-type': 'application/json',
      },
      body: '{"name":"ci"}',
    });
  });

  test('percent-encodes what stands in a path', () => {
    expect(fillPath('/v1/apps/{app}/tokens', { app: 'a/../b?c#d' })).toBe(
      '/v1/apps/a%2F..%2Fb%3Fc%23d/tokens',
    );
  });

  test.each(['', '.', '..', undefined])('refuses %j in a path', (app) => {
    expect(() => fillPath('/v1/apps/{app}', { app })).toThrow(PosternError);
  });

  test('says in words what is empty', () => {
    expect(() => buildRequest(target, operations.showApp, { params: { app: '' } })).toThrow('app: is empty');
  });

  test('refuses input that does not fit, before anything is sent', async () => {
    const sent: HttpRequest[] = [];
    const client = createClient({
      server: 'http://x',
      transport: (request) => {
        sent.push(request);
        return Promise.resolve(answer(200, {}));
      },
    });
    await expect(
      client.call(operations.createApp, { body: { name: 'Not A Name', org_slug: 'personal' } }),
    ).rejects.toMatchObject({ code: 'bad_request' });
    expect(sent).toEqual([]);
  });

  test('sends no body with GET and DELETE, and no authorization when there is none', () => {
    const request = buildRequest({ server: 'http://x' }, operations.listApps, { query: { org_slug: 'o' } });
    expect(request).toEqual({
      method: 'GET',
      url: 'http://x/v1/apps?org_slug=o',
      headers: { accept: 'application/json' },
    });
  });
});

describe('an answer', () => {
  const call = (response: HttpResponse): Promise<unknown> =>
    createClient({ server: 'http://x', transport: () => Promise.resolve(response) }).call(
      operations.listApps,
      {},
    );

  test('is parsed, and keys that are not known are dropped', async () => {
    await expect(call(answer(200, { total_apps: 0, apps: [], extra: 1 }))).resolves.toEqual({
      total_apps: 0,
      apps: [],
    });
  });

  test('of another form is an error, not data', async () => {
    await expect(call(answer(200, { apps: 'none' }))).rejects.toMatchObject({ code: 'internal' });
    await expect(call(answer(200, '<html>'))).rejects.toMatchObject({ code: 'internal' });
  });

  test('keeps code, hint, details and request id of the server', () => {
    const error = readError(
      answer(403, {
        error: 'not allowed',
        code: 'not_allowed',
        status: 'x',
        hint: 'ask',
        request_id: 'req_1',
        details: { refusals: [] },
      }),
    );
    expect(error).toMatchObject({
      code: 'not_allowed',
      message: 'not allowed',
      hint: 'ask',
      exitCode: 77,
      details: { refusals: [], request_id: 'req_1' },
    });
  });

  test.each([
    [401, 'unauthenticated'],
    [403, 'not_allowed'],
    [404, 'route_not_found'],
    [408, 'exec_timed_out'],
    [409, 'conflict'],
    [413, 'body_too_large'],
    [429, 'rate_limited'],
    [418, 'bad_request'],
    [500, 'internal'],
  ])('of status %i and a code from the future is %s', (status, code) => {
    expect(readError(answer(status, { error: 'e', code: 'from_the_future', status: 's' })).code).toBe(code);
    expect(readError(answer(status, 'nonsense')).code).toBe(code);
  });

  test('that points elsewhere names the place, and nothing is sent there', async () => {
    const sent: string[] = [];
    const client = createClient({
      server: 'http://x',
      authorization: 'Bearer fo1_x',
      transport: ({ url }) => {
        sent.push(url);
        return Promise.resolve({
          status: 308,
          headers: { location: 'https://elsewhere.example/p?q' },
          text: '',
        });
      },
    });
    await expect(client.call(operations.listApps, {})).rejects.toMatchObject({
      message: 'the server answered HTTP 308 and points to https://elsewhere.example',
    });
    expect(sent).toEqual(['http://x/v1/apps']);
  });
});
