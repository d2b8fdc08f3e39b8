/** Real tokens, used where and how they were not meant to be. */
import { ACTION } from '@postern/token';
import { expect } from 'vitest';
import type { AttackCase, AttackClass } from './attack-case.ts';
import { attenuated, expectNothing } from './forged-tokens.ts';
import { exactly, startingWith, WITNESS, type Ground } from './ground.ts';

const W = WITNESS;

const cases: AttackCase<Ground>[] = [
  {
    tried: 'two tokens together: one has the app, the other the command',
    must: '403 not_allowed',
    why: 'permissions never add up across tokens',
    run: async (ground) => {
      const owner = ground.postern.session();
      await ground.call(owner, 'POST', '/v1/apps', { name: 'elsewhere', org_slug: 'personal' });
      const elsewhere = await ground.call(owner, 'POST', '/v1/apps/elsewhere/tokens', {});
      expect(elsewhere.status).toBe(201);
      const both = [await ground.token(exactly('true')), String(elsewhere.body['token'])]
        .map((header) => header.replace(/^FlyV1 /, ''))
        .join(',');
      await expectNothing(ground, both, 403, 'not_allowed');
      await expectNothing(ground, both.split(',').reverse().join(','), 403, 'not_allowed');
    },
  },
  {
    tried: 'an ended session beside a token that would do',
    must: '401 session_invalid',
    why: 'a credential that fails is not tried around',
    run: async (ground) =>
      expectNothing(
        ground,
        `fo1_${'A'.repeat(43)},${(await ground.token(exactly(W, 'ok'))).replace(/^FlyV1 /, '')}`,
        401,
        'session_invalid',
      ),
  },
  {
    tried: 'a token that is pinned to another machine',
    must: '403 not_allowed',
    why: 'a machine is a caveat like any other',
    run: async (ground) =>
      expectNothing(
        ground,
        attenuated(await ground.token(exactly(W, 'ok')), [
          { type: 'Machines', set: [{ id: '00000000000000', mask: ACTION.all }] },
        ]),
        403,
        'not_allowed',
      ),
  },
  {
    tried: 'a readonly token that runs a command, by POST and by WebSocket',
    must: '403 not_allowed both ways',
    why: 'a WebSocket begins as a GET; Kubernetes took that for reading, in 2019 and in 2026',
    run: async (ground) => {
      const minted = await ground.call(ground.postern.session(), 'POST', '/v1/orgs/personal/tokens', {
        profile: 'readonly',
      });
      const token = String(minted.body['token']);
      await expectNothing(ground, token, 403, 'not_allowed');
      const last = await ground.stream(token, { request: { command: [W] }, stdin: false, tty: null });
      expect(last).toMatchObject({ http_status: 403 });
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'a token for commands that stops, starts, signals, renames or removes the machine',
    must: '403 for each',
    why: 'running is w; controlling is C, managing needs a person',
    run: async (ground) => {
      const token = await ground.token(startingWith(W));
      const machine = ground.execPath.replace(/\/exec$/, '');
      for (const [method, path, body] of [
        ['POST', `${machine}/stop`, {}],
        ['POST', `${machine}/start`, {}],
        ['POST', `${machine}/restart`, {}],
        ['POST', `${machine}/signal`, { signal: 'KILL' }],
        ['POST', `${machine}/lease`, {}],
        ['PATCH', machine, { name: 'mine' }],
        ['DELETE', machine, undefined],
      ] as const) {
        expect((await ground.call(token, method, path, body)).status, `${method} ${path}`).toBe(403);
      }
    },
  },
  {
    tried: 'the address of the caller in headers anybody can write',
    must: '403 not_allowed for each',
    why: 'a network is asked of the connection, never of a header',
    run: async (ground) => {
      const token = attenuated(await ground.token(exactly(W, 'ok')), [
        { type: 'SourceAddress', networks: ['192.0.2.0/24'] },
      ]);
      for (const name of [
        'x-forwarded-for',
        'forwarded',
        'x-real-ip',
        'fly-client-ip',
        'cf-connecting-ip',
        'true-client-ip',
        'x-client-ip',
      ]) {
        const value = name === 'forwarded' ? 'for=192.0.2.1' : '192.0.2.1';
        const answer = await ground.call(
          token,
          'POST',
          ground.execPath,
          { command: [ground.witness, 'ok'] },
          { [name]: value },
        );
        expect(answer.body['code'], name).toBe('not_allowed');
      }
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'a longest timeout of no time at all, appended by the holder',
    must: '403 not_allowed; the agent stays connected',
    why: 'found by this suite: the order could not be read, and the agent closed the link everybody uses',
    run: async (ground) => {
      const token = attenuated(await ground.token(exactly(W, 'ok')), [{ type: 'MaxTimeout', seconds: 0n }]);
      await expectNothing(ground, token, 403, 'not_allowed');
      expect(ground.postern.log()).not.toContain('agent.disconnected');
    },
  },
  {
    tried: 'a narrowed copy, after the original is revoked',
    must: '401 token_revoked on the very next request, ten at a time',
    why: 'revocation reaches everything attenuated from a token',
    run: async (ground) => {
      const minted = await ground.call(ground.postern.session(), 'POST', '/v1/apps/demo/tokens', {
        commands: [{ args: [ground.witness], exact: false }],
      });
      const token = String(minted.body['token']);
      const narrowed = attenuated(token, [
        { type: 'Commands', commands: [{ args: [ground.witness, 'ok'], exact: true }] },
      ]);
      expect((await ground.exec(narrowed, { command: [W, 'ok'] })).status).toBe(200);
      expect(ground.runs()).toEqual([['ok']]);
      const { id } = minted.body['record'] as { id: string };
      expect(
        (await ground.call(ground.postern.session(), 'POST', `/v1/tokens/${id}/revoke`, {})).status,
      ).toBe(200);
      const tries = Array.from({ length: 10 }, () => ground.exec(narrowed, { command: [W, 'ok'] }));
      for (const answer of await Promise.all(tries)) expect(answer.body['code']).toBe('token_revoked');
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'seeing and ending what the original ran, with a narrower or expired copy',
    must: '404 exec_not_found for showing, output and kill',
    why: 'found by this suite: sharing a root with a token is not being allowed what it ran',
    run: async (ground) => {
      const token = await ground.token(startingWith(W));
      const ran = await ground.exec(token, { command: [W, 'secret'], detach: true });
      const id = String(ran.body['exec_id']);
      const narrowed = attenuated(token, [
        { type: 'Commands', commands: [{ args: [ground.witness, 'ok'], exact: true }] },
      ]);
      const expired = attenuated(token, [{ type: 'ValidityWindow', notBefore: 0n, notAfter: 1n }]);
      for (const credential of [narrowed, expired, await ground.token(exactly(W, 'ok'))]) {
        expect((await ground.call(credential, 'GET', `/v1/execs/${id}`)).body['code']).toBe('exec_not_found');
        expect((await ground.call(credential, 'GET', `/v1/execs/${id}/output`)).body['code']).toBe(
          'exec_not_found',
        );
        expect((await ground.call(credential, 'POST', `/v1/execs/${id}/kill`, {})).body['code']).toBe(
          'exec_not_found',
        );
      }
      const own = await ground.call(token, 'GET', `/v1/execs/${id}?wait=10`);
      expect(own.body).toMatchObject({ id, state: 'done' });
      expect(ground.runs()).toEqual([['secret']]);
    },
  },
  {
    tried: 'the same idempotency key many times at once',
    must: 'one run; every other is 409 conflict',
    why: 'a command that may have started must not start again',
    run: async (ground) => {
      const token = await ground.token(startingWith(W));
      const tries = Array.from({ length: 8 }, () =>
        ground.call(
          token,
          'POST',
          ground.execPath,
          { command: [ground.witness, 'once'] },
          { 'idempotency-key': 'attack-once' },
        ),
      );
      const codes = (await Promise.all(tries)).map(({ status }) => status).sort((a, b) => a - b);
      expect(codes).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
      expect(ground.runs()).toEqual([['once']]);
    },
  },
  {
    tried: 'minting, listing, revoking and reading the audit log with a token for commands',
    must: '403 session_required for each',
    why: 'a scoped token that can make another outlives its scope',
    run: async (ground) => {
      const token = await ground.token(startingWith(W));
      for (const [method, path, body] of [
        ['POST', '/v1/apps/demo/tokens', {}],
        ['GET', '/v1/apps/demo/tokens', undefined],
        ['POST', '/v1/orgs/personal/tokens', { profile: 'readonly' }],
        ['POST', '/v1/orgs/personal/tokens/revoke', { app: 'demo' }],
        ['GET', '/v1/orgs/personal/audit', undefined],
        ['POST', '/v1/session/link', {}],
        ['POST', '/v1/keys/rotate', {}],
      ] as const) {
        expect((await ground.call(token, method, path, body)).body['code'], path).toBe('session_required');
      }
    },
  },
  {
    tried: 'a token in the query, in the body, in a cookie, or in another header',
    must: 'refused, each',
    why: 'addresses end in logs and histories; a cookie travels by itself',
    run: async (ground) => {
      const token = (await ground.token(exactly(W, 'ok'))).replace(/^FlyV1 /, '');
      const body = { command: [ground.witness, 'ok'] };
      const query = await ground.call(
        '',
        'POST',
        `${ground.execPath}?access_token=${encodeURIComponent(token)}`,
        body,
      );
      expect(query.status).toBeGreaterThanOrEqual(400);
      expect(query.text).not.toContain(token.slice(4, 40));
      for (const headers of [
        { cookie: `postern_session=${token}` },
        { 'x-api-key': token },
        { 'proxy-authorization': `Bearer ${token}` },
      ])
        expect([401, 403]).toContain((await ground.call('', 'POST', ground.execPath, body, headers)).status);
      expect(ground.runs()).toEqual([]);
    },
  },
];

export const tokenUse: AttackClass<Ground> = {
  name: 'Tokens: mixed, misplaced and outlived',
  about: 'the holder of a real token, who uses it for what it was not made',
  cases,
};
