/** HTTP/1.1 whose end two readers would see in different places, and what else the grammar forbids (RFC 9112). */
import { expect } from 'vitest';
import type { AttackCase, AttackClass } from './attack-case.ts';
import { startingWith, WITNESS, type Ground } from './ground.ts';
import { talk, upgrade } from './raw-http.ts';

interface Parts {
  /** Header lines every request needs, each with its end. */
  readonly head: string;
  readonly path: string;
  /** A body that runs the witness. */
  readonly body: string;
}

type Row = readonly [tried: string, write: (parts: Parts) => string, why: string];

const length = (text: string): number => Buffer.byteLength(text);
const post = ({ path, head }: Parts, headers: string, rest: string): string =>
  `POST ${path} HTTP/1.1\r\n${head}${headers}\r\n${rest}`;
const chunk = (text: string): string => `${length(text).toString(16)}\r\n${text}\r\n`;
const chunked = (text: string): string => `${chunk(text)}0\r\n\r\n`;
/** A second request inside the first, for the reader that sees the end too early. */
const inner = (parts: Parts): string => post(parts, `Content-Length: ${length(parts.body)}\r\n`, parts.body);

/** Each must be refused as a whole: nothing of it runs, nothing behind it is read as another request. */
const REFUSED: readonly Row[] = [
  [
    'both lengths',
    (p) => post(p, `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${inner(p)}`),
    'CL.TE: a proxy goes by one, the server by the other',
  ],
  [
    'both lengths, the other way round',
    (p) => post(p, `Transfer-Encoding: chunked\r\nContent-Length: 5\r\n`, `0\r\n\r\n${inner(p)}`),
    'TE.CL',
  ],
  [
    'two different lengths',
    (p) => post(p, `Content-Length: 0\r\nContent-Length: ${length(p.body)}\r\n`, p.body),
    'one reader takes the first, another the last',
  ],
  [
    'the same length twice',
    (p) => post(p, `Content-Length: ${length(p.body)}\r\n`.repeat(2), p.body),
    'some join them to a list, some do not',
  ],
  [
    'a list of lengths',
    (p) => post(p, `Content-Length: ${length(p.body)}, ${length(p.body)}\r\n`, p.body),
    'the same in one line',
  ],
  [
    'a length with a sign',
    (p) => post(p, `Content-Length: +${length(p.body)}\r\n`, p.body),
    'digits and nothing else',
  ],
  ['a negative length', (p) => post(p, 'Content-Length: -1\r\n', p.body), 'digits and nothing else'],
  [
    'a length in hexadecimal',
    (p) => post(p, `Content-Length: 0x${length(p.body).toString(16)}\r\n`, p.body),
    'digits and nothing else',
  ],
  [
    'a length with a dot',
    (p) => post(p, `Content-Length: ${length(p.body)}.0\r\n`, p.body),
    'digits and nothing else',
  ],
  [
    'a length beyond 64 bits',
    (p) => post(p, 'Content-Length: 99999999999999999999999\r\n', p.body),
    'it must not wrap around',
  ],
  ['an empty length', (p) => post(p, 'Content-Length:\r\n', p.body), 'nothing is no number'],
  [
    'a coding nobody knows',
    (p) => post(p, 'Transfer-Encoding: xchunked\r\n', chunked(p.body)),
    'a reader that ignores it sees a body without end, or none',
  ],
  [
    'chunked that is not the last coding',
    (p) => post(p, 'Transfer-Encoding: chunked, identity\r\n', chunked(p.body)),
    'the end cannot be known',
  ],
  [
    'a coding with a space before the colon',
    (p) => post(p, 'Transfer-Encoding : chunked\r\n', chunked(p.body)),
    'proxies drop the header or keep it',
  ],
  [
    'a coding behind a vertical tab',
    (p) => post(p, 'Transfer-Encoding:\vchunked\r\n', chunked(p.body)),
    'it is a blank for some',
  ],
  [
    'a coding in a folded header',
    (p) => post(p, 'X: y\r\n Transfer-Encoding: chunked\r\n', chunked(p.body)),
    'obsolete folding: one header or two',
  ],
  [
    'a coding behind a bare line feed',
    (p) => post(p, `X: y\nTransfer-Encoding: chunked\r\n`, chunked(p.body)),
    'one header or two',
  ],
  [
    'a coding behind a bare carriage return',
    (p) => post(p, `X: y\rTransfer-Encoding: chunked\r\n`, chunked(p.body)),
    'one header or two',
  ],
  [
    'a chunk with a negative size',
    (p) => post(p, 'Transfer-Encoding: chunked\r\n', `-1\r\n${p.body}\r\n0\r\n\r\n`),
    'hexadecimal digits and nothing else',
  ],
  [
    'a chunk of more than 64 bits',
    (p) => post(p, 'Transfer-Encoding: chunked\r\n', `fffffffffffffffff\r\n${p.body}\r\n0\r\n\r\n`),
    'it must not wrap around',
  ],
  [
    'a chunk size with 0x',
    (p) =>
      post(p, 'Transfer-Encoding: chunked\r\n', `0x${length(p.body).toString(16)}\r\n${p.body}\r\n0\r\n\r\n`),
    'hexadecimal digits and nothing else',
  ],
  [
    'a chunk without its line end',
    (p) => post(p, 'Transfer-Encoding: chunked\r\n', `${length(p.body).toString(16)}\r\n${p.body}0\r\n\r\n`),
    'what follows would be read as a size',
  ],
  [
    'a chunk size ended by a bare line feed',
    (p) =>
      post(p, 'Transfer-Encoding: chunked\r\n', `${length(p.body).toString(16)}\n${p.body}\r\n0\r\n\r\n`),
    'two readers, two ends',
  ],
  [
    'a chunk extension of 64 kilobytes',
    (p) =>
      post(
        p,
        'Transfer-Encoding: chunked\r\n',
        `${length(p.body).toString(16)};${'x'.repeat(65_536)}\r\n${p.body}\r\n0\r\n\r\n`,
      ),
    'extensions are free to send and cost to read (CVE-2024-22019)',
  ],
  [
    'a NUL byte in a header',
    (p) => post(p, `X: a\0b\r\nContent-Length: ${length(p.body)}\r\n`, p.body),
    'a C program would see a shorter one',
  ],
  [
    'a header without a colon',
    (p) => post(p, `nonsense\r\nContent-Length: ${length(p.body)}\r\n`, p.body),
    'no header at all',
  ],
  [
    'a header with an empty name',
    (p) => post(p, `: x\r\nContent-Length: ${length(p.body)}\r\n`, p.body),
    'no header at all',
  ],
  [
    'a blank before the first header',
    (p) => `POST ${p.path} HTTP/1.1\r\n X: y\r\n${p.head}Content-Length: ${length(p.body)}\r\n\r\n${p.body}`,
    'folded into the request line',
  ],
  [
    'no Host',
    (p) =>
      `POST ${p.path} HTTP/1.1\r\n${p.head.replace(/Host: [^\r]*\r\n/, '')}Content-Length: ${length(p.body)}\r\n\r\n${p.body}`,
    'RFC 9112, 3.2',
  ],
  [
    'HTTP of another version',
    (p) => `POST ${p.path} HTTP/3.7\r\n${p.head}Content-Length: ${length(p.body)}\r\n\r\n${p.body}`,
    'what its rules are nobody knows',
  ],
  ['HTTP without a version', (p) => `GET ${p.path}\r\n\r\n`, 'HTTP/0.9 has no headers to check'],
  ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'HTTP/1.1 is spoken here'],
  ['TLS', () => Buffer.from('1603010200010001fc0303', 'hex').toString('latin1'), 'not a request'],
  ['a method nobody knows', (p) => `PWN ${p.path} HTTP/1.1\r\n${p.head}\r\n`, 'not a request'],
  ['CONNECT', (p) => `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${p.head}\r\n`, 'this is no proxy'],
  [
    'headers beyond their limit',
    (p) => post(p, `X: ${'x'.repeat(40_000)}\r\n`, p.body),
    '431, and nothing is kept',
  ],
  [
    'two thousand headers',
    (p) => post(p, Array.from({ length: 3000 }, (_, n) => `X-${n}: 123456789\r\n`).join(''), p.body),
    'each costs',
  ],
  [
    'an address beyond the limit of headers',
    (p) => `GET /${'x'.repeat(40_000)} HTTP/1.1\r\n${p.head}\r\n`,
    '431, and nothing is kept',
  ],
];

const partsOf = async (ground: Ground): Promise<Parts> => {
  const token = await ground.token(startingWith(WITNESS));
  return {
    path: ground.execPath,
    head: `Host: 127.0.0.1:${ground.port}\r\nAuthorization: ${token}\r\n`,
    body: JSON.stringify({ command: [ground.witness, 'smuggled'] }),
  };
};

const refused: AttackCase<Ground>[] = REFUSED.map(([tried, write, why]) => ({
  tried,
  must: 'one refusal or none, the connection is closed, nothing runs',
  why,
  run: async (ground) => {
    const { statuses, closed } = await talk(ground.port, [write(await partsOf(ground))], 'closed');
    expect(statuses.filter((status) => status < 400)).toEqual([]);
    expect(statuses.length).toBeLessThanOrEqual(1);
    expect(closed).toBe(true);
    expect(ground.runs()).toEqual([]);
  },
}));

const others: AttackCase<Ground>[] = [
  {
    tried: 'credentials in the trailers of a body',
    must: '401: trailers are no headers',
    why: 'who checks headers has not seen them',
    run: async (ground) => {
      const parts = await partsOf(ground);
      const head = `Host: 127.0.0.1:${ground.port}\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n`;
      const authorization = /Authorization: [^\r]*\r\n/.exec(parts.head)?.[0] ?? '';
      const { statuses } = await talk(ground.port, [
        `POST ${parts.path} HTTP/1.1\r\n${head}\r\n${chunk(parts.body)}0\r\n${authorization}\r\n`,
      ]);
      expect(statuses).toEqual([401]);
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'two Authorization headers, a bad one first',
    must: '401: the first counts, for everybody',
    why: 'a proxy and a server that take different ones disagree about who asks',
    run: async (ground) => {
      const parts = await partsOf(ground);
      const twice = {
        ...parts,
        head: parts.head.replace('Authorization', 'Authorization: Bearer fo1_x\r\nAuthorization'),
      };
      expect((await talk(ground.port, [inner(twice)])).statuses).toEqual([401]);
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'requests in one breath: an allowed one, a refused one, an allowed one',
    must: 'three answers in order; the refused one does not run',
    why: 'pipelining is allowed, and each request is decided alone',
    run: async (ground) => {
      const parts = await partsOf(ground);
      const evil = { ...parts, body: JSON.stringify({ command: ['id'] }) };
      const { statuses } = await talk(ground.port, [inner(parts) + inner(evil) + inner(parts)], 3);
      expect(statuses).toEqual([200, 403, 200]);
      expect(ground.runs()).toEqual([['smuggled'], ['smuggled']]);
    },
  },
  {
    tried: 'a GET with a body that is another request',
    must: 'one answer: the body belongs to the GET',
    why: 'a server that does not read it would take it for the next request',
    run: async (ground) => {
      const parts = await partsOf(ground);
      const hidden = inner(parts);
      const { statuses } = await talk(ground.port, [
        `GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: ${length(hidden)}\r\n\r\n${hidden}`,
      ]);
      expect(statuses).toEqual([200]);
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'an upgrade to HTTP/2 in the clear',
    must: 'no 101',
    why: 'behind it, headers would be decided about that nobody has seen (h2c smuggling)',
    run: async (ground) => {
      const { text } = await talk(ground.port, [
        'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
      ]);
      expect(text).not.toContain(' 101 ');
      await ground.expectAlive();
    },
  },
  {
    tried: 'WebSockets for addresses that are none: //, http://[, *, %ff and half a name',
    must: 'a refusal for each; the server goes on',
    why: 'found by this suite: one request of anybody ended the server',
    run: async (ground) => {
      for (const path of [
        '//',
        '///',
        'http://[',
        'http://[::1',
        '*',
        '/%',
        '/v1/apps/%zz/machines/%ff/exec',
        '/v1/apps/%00/machines/a/exec',
        '/v1/agents/link/..',
      ]) {
        const { statuses } = await talk(ground.port, [upgrade(path, ground.port, '')]);
        expect(
          statuses.filter((status) => status < 400),
          path,
        ).toEqual([]);
        await ground.expectAlive();
      }
    },
  },
  {
    tried: 'an upgrade without a key, of another version, and of no WebSocket',
    must: 'no 101; the server goes on',
    why: 'RFC 6455, 4.2.1',
    run: async (ground) => {
      const good = upgrade(ground.execPath, ground.port, ground.postern.session());
      for (const bad of [
        good.replace(/Sec-WebSocket-Key: [^\r]*\r\n/, ''),
        good.replace('Version: 13', 'Version: 7'),
        good.replace('Key: dGhlIHNhbXBsZSBub25jZQ==', 'Key: short'),
        good.replace('GET', 'POST'),
      ]) {
        expect((await talk(ground.port, [bad])).text).not.toContain(' 101 ');
      }
      await ground.expectAlive();
    },
  },
  {
    tried: 'an absolute address of another host',
    must: 'answered as the path it names; nothing is fetched',
    why: 'this is no proxy',
    run: async (ground) => {
      const { statuses, text } = await talk(ground.port, [
        'GET http://192.0.2.1/healthz HTTP/1.1\r\nHost: x\r\n\r\n',
      ]);
      expect(statuses).toHaveLength(1);
      expect(text).not.toContain('192.0.2.1');
    },
  },
  {
    tried: 'an expectation nobody knows, and a Host that is no host',
    must: 'a refusal for each; nothing runs',
    why: 'what is asked for and not understood is not left out',
    run: async (ground) => {
      const parts = await partsOf(ground);
      for (const head of [
        `${parts.head}Expect: 200-maybe\r\n`,
        parts.head.replace(/Host: [^\r]*/, 'Host: a b/../c'),
      ]) {
        const [status] = (await talk(ground.port, [inner({ ...parts, head })])).statuses;
        expect(status, head).toBeGreaterThanOrEqual(400);
      }
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'TRACE',
    must: 'no echo of the request',
    why: 'it would show headers to scripts',
    run: async (ground) => {
      const { text } = await talk(ground.port, [
        'TRACE /healthz HTTP/1.1\r\nHost: x\r\nX-Secret: hunter2\r\n\r\n',
      ]);
      expect(text).not.toContain('hunter2');
      expect(text).not.toContain(' 200 ');
    },
  },
];

export const framing: AttackClass<Ground> = {
  name: 'HTTP framing and request smuggling',
  about: 'anybody who can open a connection, with or without a proxy between',
  cases: [...refused, ...others],
};
