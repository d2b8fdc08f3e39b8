/** Names and ids in paths and queries that are something else. */
import { operations, type Operation } from '@postern/contract';
import { expect } from 'vitest';
import type { AttackCase, AttackClass } from './attack-case.ts';
import type { Ground } from './ground.ts';
import { talk } from './raw-http.ts';

/** Each stands, as it is, in the place of every name of every path. */
const NAMES: readonly (readonly [tried: string, name: string, why: string])[] = [
  ['dots', '..', 'a path that climbs'],
  ['encoded dots', '%2e%2e', 'the same, behind whoever looks for dots'],
  ['dots and a slash, encoded', '..%2fdemo', 'decoded after it was split'],
  ['encoded twice', '%252e%252e%252f', 'decoded twice'],
  ['a backslash', '..%5cdemo', 'another separator elsewhere'],
  ['a NUL byte', 'demo%00', 'the end of a name in C'],
  ['a line break', 'demo%0d%0aSet-Cookie:x=1', 'a header of its own, or a line of the log'],
  ['a byte that is no UTF-8', 'demo%ff', 'a name nobody can write down'],
  ['half an escape', 'demo%', 'it must not end the server'],
  ['a quote and SQL', "demo'%20OR%201=1--", 'names never become SQL'],
  ['a wildcard', '*', 'no name stands for all'],
  ['a wildcard of SQL', '%25', 'no pattern is matched'],
  ['capital letters', 'DEMO', 'a name has one spelling'],
  ['a full stop behind it', 'demo.', 'a host name has two spellings, a name one'],
  ['a blank behind it', 'demo%20', 'trimmed by some, compared by others'],
  ['a look-alike', 'd%D0%B5mo', 'Cyrillic e'],
  ['full-width letters', '%EF%BD%84emo', 'normalized by some'],
  ['a parameter in a segment', 'demo;x=1', 'cut off by some proxies'],
  ['a word every object knows', '__proto__', 'looked up in a table by name'],
  ['another word every object knows', 'constructor', 'the same'],
  ['four thousand letters', 'a'.repeat(4000), 'longer than any name'],
  ['a token', 'fm2_lJPEBWtleS0xxBCgoaKjpKWmp6ipqqusra6v', 'it must not be repeated to anybody'],
];

const all: readonly Operation[] = Object.values(operations).filter(({ path }) => path.includes('{'));

const names: AttackCase<Ground>[] = NAMES.map(([tried, name, why]) => ({
  tried: `every operation, with ${tried} in the place of each name`,
  must: '400, 404 or 405; nothing found, nothing changed, nothing repeated',
  why,
  run: async (ground) => {
    const head = `Host: x\r\nAuthorization: Bearer ${ground.postern.session()}\r\nConnection: close\r\n`;
    const requests = all.map(({ method, path }) => {
      const raw = path.replaceAll(/\{\w+\}/g, () => name);
      const body = method === 'GET' ? '' : '{}';
      return `${method} ${raw} HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    });
    const talks = await Promise.all(requests.map((request) => talk(ground.port, [request])));
    talks.forEach(({ statuses, text }, index) => {
      expect(statuses, requests[index]).toHaveLength(1);
      expect([400, 404, 405], `${requests[index] ?? ''}\n${text}`).toContain(statuses[0]);
      expect(text).not.toMatch(/^set-cookie:/im);
      if (name.startsWith('fm2_')) expect(text).not.toContain(name);
    });
    await ground.expectAlive();
    expect((await ground.call(ground.postern.session(), 'GET', '/v1/apps/demo')).status).toBe(200);
  },
}));

const WAYS: readonly (readonly [tried: string, write: (path: string) => string, why: string])[] = [
  ['two slashes at the beginning', (path) => `/${path}`, 'a host of its own, to some readers'],
  ['two slashes in the middle', (path) => path.replace('/apps', '//apps'), 'merged by some proxies'],
  ['a slash at the end', (path) => `${path}/`, 'another resource, to some'],
  ['a way round', (path) => path.replace('/v1', '/v1/../v1'), 'normalized by some proxies'],
  ['a way round, encoded', (path) => path.replace('/v1', '/v1/%2e%2e/v1'), 'normalized later'],
  ['capital letters', (path) => path.replace('/exec', '/EXEC'), 'rules of proxies see another path'],
  ['encoded letters', (path) => path.replace('/exec', '/%65xec'), 'rules of proxies see another path'],
  ['a suffix', (path) => `${path}.json`, 'read as a format by some'],
  ['a parameter', (path) => `${path};a=b`, 'cut off by some'],
];

const ways: AttackCase<Ground>[] = WAYS.map(([tried, write, why]) => ({
  tried: `running a command by a path with ${tried}`,
  must: 'it does not run without credentials, whatever the path is taken for',
  why,
  run: async (ground) => {
    const path = write(ground.execPath);
    const body = JSON.stringify({ command: [ground.witness, 'ran'] });
    const { statuses } = await talk(ground.port, [
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    ]);
    expect(statuses).toHaveLength(1);
    expect(statuses[0]).toBeGreaterThanOrEqual(400);
    expect(statuses[0]).toBeLessThan(500);
    expect(ground.runs()).toEqual([]);
  },
}));

const QUERIES: readonly (readonly [tried: string, query: string])[] = [
  ['the same name twice', 'limit=1&limit=500'],
  ['a list by brackets', 'limit[]=1'],
  ['an object by brackets', 'limit[__proto__]=1'],
  ['fields of prototypes', '__proto__=1&constructor=1'],
  ['a negative page', 'limit=-1'],
  ['a page beyond its limit', 'limit=99999999'],
  ['a page in exponents', 'limit=1e3'],
  ['a cursor of somebody’s own', 'cursor=../../etc/passwd'],
  ['a cursor with SQL', "cursor=1'%20OR%20'1'='1"],
  ['a name nobody knows', 'admin=true'],
];

const queries: AttackCase<Ground>[] = QUERIES.map(([tried, query]) => ({
  tried: `lists with a query of ${tried}`,
  must: '200 as without it, or 400; never an error of ours',
  why: 'a query is parsed into a type like everything else',
  run: async (ground) => {
    for (const path of [
      '/v1/apps/demo/tokens',
      '/v1/orgs/personal/tokens',
      '/v1/apps/demo/execs',
      '/v1/orgs/personal/audit',
    ]) {
      const answer = await ground.call(ground.postern.session(), 'GET', `${path}?${query}`);
      expect([200, 400], `${path}?${query}: ${answer.text}`).toContain(answer.status);
    }
    await ground.expectAlive();
  },
}));

export const paths: AttackClass<Ground> = {
  name: 'Paths, names and queries',
  about: 'anybody, with any bytes in the address',
  cases: [...names, ...ways, ...queries],
};
