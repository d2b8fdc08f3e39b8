/** Text of others in logs, in tables and in errors: words, names, paths and headers that are meant for a terminal. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { until, type RunResult } from '../e2e/installation.ts';
import type { AttackCase, AttackClass } from './attack-case.ts';
import { exactly, type Ground } from './ground.ts';
import { talk } from './raw-http.ts';

const ESC = '\u001B';

/** What a terminal, a pager or a reader of logs would act on instead of showing. */
const HOSTILE: readonly (readonly [tried: string, text: string])[] = [
  ['a sequence that clears the screen', `a${ESC}[2Jb`],
  ['a sequence that sets the clipboard (OSC 52)', `a${ESC}]52;c;cm0gLXJm\u0007b`],
  ['a link that shows another address (OSC 8)', `a${ESC}]8;;https://evil.example${ESC}\\b${ESC}]8;;${ESC}\\`],
  ['a title that is read back (OSC 0)', `a${ESC}]0;id\u0007b`],
  ['a sequence in one C1 byte', 'a\u009B2Jb'],
  ['a carriage return over the line', 'evil\rgood'],
  ['backspaces over the word', 'evil\b\b\b\bgood'],
  ['a line of its own', 'a\n{"level":"info","event":"token.mint","forged":true}'],
  ['a line separator of Unicode', 'a\u2028b\u2029c'],
  ['right-to-left order', 'a\u202Etxt.exe'],
  ['isolated directions', 'a\u2066b\u2069'],
  ['letters without width', 'a\u200Bb\uFEFF'],
  ['a deletion', 'a\u007Fb'],
];

/** Nothing a terminal acts on, but for the ends of lines. */
const ACTS = /(?![\t\n])\p{Cc}|[\u2028\u2029\u202A-\u202E\u2066-\u2069\u200B\uFEFF]/u;

function expectHarmless(text: string, what: string): void {
  expect(
    ACTS.exec(text)?.[0]?.codePointAt(0)?.toString(16),
    `${what}: ${JSON.stringify(text)}`,
  ).toBeUndefined();
}

const show = ({ stdout, stderr }: RunResult): string => stdout.toString() + stderr;

const words: AttackCase<Ground>[] = HOSTILE.map(([tried, text]) => ({
  tried: `a command with ${tried}, refused, then run`,
  must: 'shown escaped by exec list, exec show, audit list and in the refusal; each on its own line',
  why: 'whoever reads a list must see what is there, and nothing else may happen',
  run: async (ground) => {
    const { postern } = ground;
    const token = await ground.token(exactly('true'));
    const refused = await postern.postern(['machine', 'exec', '-a', 'demo', '-t', token, '--', 'echo', text]);
    expect(refused.code).toBe(77);
    expectHarmless(show(refused), 'the refusal');
    const ran = await ground.exec(postern.session(), { command: ['true', text] });
    const id = String(ran.body['exec_id']);
    for (const line of [
      ['exec', 'list', '-a', 'demo'],
      ['exec', 'show', id],
      ['audit', 'list', '-o', 'personal'],
    ]) {
      const shown = await postern.postern(line);
      expect(shown.code).toBe(0);
      expectHarmless(show(shown), line.join(' '));
    }
    expect(show(await postern.postern(['audit', 'list', '-o', 'personal']))).not.toMatch(/^\{"level"/m);
  },
}));

const names: AttackCase<Ground>[] = HOSTILE.map(([tried, text]) => ({
  tried: `a token named with ${tried}, revoked for a reason like it`,
  must: 'refused, or shown escaped by tokens list, tokens show and audit list',
  why: 'names are chosen by whoever mints',
  run: async (ground) => {
    const { postern } = ground;
    const minted = await ground.call(postern.session(), 'POST', '/v1/apps/demo/tokens', { name: text });
    expect([201, 400], minted.text).toContain(minted.status);
    if (minted.status === 400) return;
    const { id } = minted.body['record'] as { id: string };
    await ground.call(postern.session(), 'POST', `/v1/tokens/${id}/revoke`, { reason: text });
    for (const line of [
      ['tokens', 'list', '-a', 'demo'],
      ['tokens', 'show', id],
      ['audit', 'list', '-o', 'personal'],
    ])
      expectHarmless(show(await postern.postern(line)), line.join(' '));
  },
}));

const logs: AttackCase<Ground>[] = HOSTILE.map(([tried, text]) => ({
  tried: `a path, a query, a header and a method with ${tried}`,
  must: 'each line of the log is one JSON object without control characters',
  why: 'log injection: a forged line, or a sequence that acts when the log is read',
  run: async (ground) => {
    const before = ground.postern.log().length;
    await ground.call('', 'GET', `/v1/apps/${encodeURIComponent(text)}?q=${encodeURIComponent(text)}`);
    await ground.call('', 'GET', `/nowhere/${encodeURIComponent(text)}`, undefined, {
      'user-agent': encodeURIComponent(text),
      'x-request-id': encodeURIComponent(text),
    });
    // As bytes, where the grammar forbids them.
    await talk(ground.port, [`GET /${text} HTTP/1.1\r\nHost: x\r\nX-A: ${text}\r\n\r\n`]);
    await ground.call('', 'POST', '/v1/session', { login_secret: text });
    await until(() => ground.postern.log().slice(before).includes('session.create'));
    const fresh = ground.postern.log().slice(before);
    expectHarmless(fresh, 'the log');
    for (const line of fresh.split('\n').filter(Boolean)) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      expect(entry).toHaveProperty('event');
      expect(entry).not.toHaveProperty('forged');
    }
  },
}));

const others: AttackCase<Ground>[] = [
  {
    tried: 'a server that answers the command line with sequences for its terminal',
    must: 'shown escaped',
    why: 'a server is not always the one that was meant',
    run: async (ground) => {
      const hostile = HOSTILE.map(([, text]) => text).join(' ');
      const server = createServer((_request, response) => {
        response.writeHead(403, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ error: hostile, code: 'not_allowed', hint: hostile, status: 'unknown' }),
        );
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const env = { POSTERN_SERVER: url, POSTERN_TOKEN: await ground.token(exactly('true')) };
      for (const line of [
        ['apps', 'list'],
        ['tokens', 'list', '-a', 'demo'],
        ['auth', 'whoami'],
      ]) {
        const run = await ground.postern.postern(line, { env });
        expect(run.code).not.toBe(0);
        expectHarmless(show(run), line.join(' '));
      }
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  },
  {
    tried: 'names of apps, machines, organizations and people with anything but letters, digits and hyphens',
    must: '400',
    why: 'they stand in paths, shells, tables and pages',
    run: async (ground) => {
      const owner = ground.postern.session();
      for (const [, text] of HOSTILE) {
        for (const [path, body] of [
          ['/v1/apps', { name: text, org_slug: 'personal' }],
          ['/v1/orgs', { slug: text }],
          ['/v1/apps/demo/machines', { name: text }],
        ] as const)
          expect((await ground.call(owner, 'POST', path, body)).status, path).toBe(400);
      }
      for (const email of ['a b@c', 'a@b\nc', '<a@b>', '"a"@b', 'a\u0000@b', 'a\u202Eb@c', `a${ESC}[2J@b`])
        expect((await ground.call(owner, 'POST', '/v1/orgs/personal/members', { email })).status, email).toBe(
          400,
        );
    },
  },
];

export const hostileText: AttackClass<Ground> = {
  name: 'Text for terminals and logs',
  about: 'whoever chooses a word, a name or a path that somebody else reads',
  cases: [...words, ...names, ...logs, ...others],
};
