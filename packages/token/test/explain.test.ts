/** Refusals, summaries, inspections and danger notes: what people are told. */
import { describe, expect, test } from 'vitest';
import {
  addThirdParty,
  clear,
  dangerNotes,
  decodeCaveats,
  encodeCaveats,
  DANGER_TABLE,
  describeActions,
  expiration,
  explainRefusal,
  inspect,
  isActionSubset,
  mintToken,
  parseActions,
  stringifyExactJson,
  summarize,
  templateDangerNotes,
  type Access,
  type Caveat,
} from '../src/index.ts';
import { nodeCrypto } from '../src/mac/node.ts';
import { hex } from './hex.ts';

const ORG: Caveat = { type: 'Organization', id: 1n, mask: 31 };
const COMMANDS: Caveat = {
  type: 'Commands',
  commands: [
    { args: ['uname', '-a'], exact: true },
    { args: ['git', 'log'], exact: false },
  ],
};
const EXEC: Access = {
  kind: 'access',
  action: 2,
  now: 0,
  orgId: 1n,
  appId: 17n,
  machine: 'm',
  command: ['id'],
};
const sentences = (caveats: readonly Caveat[], access: Access): string[] => {
  const verdict = clear(caveats, access);
  return verdict.allowed ? [] : verdict.refusals.map(explainRefusal);
};

describe('a refusal is a sentence', () => {
  test.each<[string, readonly Caveat[], Partial<Access>]>([
    [
      'the command `id` is not in the list (caveat Commands); it would allow exactly `uname -a`, or anything starting with `git log`',
      [ORG, { type: 'IfPresent', ifs: [COMMANDS], else: 1 }],
      {},
    ],
    [
      'write is not allowed here: the request names no volume (caveat IfPresent); it would allow read on everything else',
      [ORG, { type: 'IfPresent', ifs: [{ type: 'Volumes', set: [] }], else: 1 }],
      {},
    ],
    ['write is not allowed (caveat IfPresent)', [ORG, { type: 'IfPresent', ifs: [], else: 0 }], {}],
    [
      'caveat type 99 is unknown here (caveat 99)',
      [ORG, { type: 'Unknown', number: 99n, body: Uint8Array.of(0xc0) }],
      {},
    ],
    ['the token names no organization', [COMMANDS], {}],
    [
      'the token belongs to another organization (caveat Organization); it would allow organization 1',
      [ORG],
      { orgId: 2n },
    ],
    [
      'the mutation is not in the list (caveat Mutations); it would allow no mutation',
      [ORG, { type: 'Mutations', mutations: [] }],
      { mutation: 'x' },
    ],
    [
      'the token expired at 1969-12-31T23:59:59Z (caveat ValidityWindow); it would allow from second -999999999999999 until 1969-12-31T23:59:59Z',
      [ORG, { type: 'ValidityWindow', notBefore: -999_999_999_999_999n, notAfter: -1n }],
      {},
    ],
    [
      'the request comes from 1.2.3.4 (caveat SourceAddress); it would allow from nowhere',
      [ORG, { type: 'SourceAddress', networks: [] }],
      { sourceAddress: '1.2.3.4' },
    ],
    [
      'the command has no timeout (caveat MaxTimeout); it would allow a timeout of at most 5 seconds',
      [ORG, { type: 'MaxTimeout', seconds: 5n }],
      { timeoutSeconds: Number.NaN },
    ],
  ])('%s', (sentence, caveats, facts) => {
    expect(sentences(caveats, { ...EXEC, ...facts })).toEqual([sentence]);
  });

  test('every refusal is there, in the order of the caveats', () => {
    expect(sentences([ORG, { type: 'Action', mask: 1 }, COMMANDS], EXEC)).toHaveLength(2);
  });
});

describe('a summary', () => {
  test('of a machine-exec token', () => {
    const caveats: Caveat[] = [
      ORG,
      { type: 'Apps', apps: [{ id: 17n, mask: 31 }] },
      { type: 'ValidityWindow', notBefore: 0n, notAfter: 1_800_000_000n },
      { type: 'IfPresent', ifs: [COMMANDS, { type: 'NoTty' }], else: 1 },
      {
        type: '3P',
        location: 'https://auth.test',
        verifierKey: new Uint8Array(60),
        ticket: new Uint8Array(64),
      },
    ];
    expect(summarize(caveats, { organization: () => 'personal', app: (id) => `app-${id}` })).toBe(
      'runs exactly `uname -a`, or anything starting with `git log`; in organization personal; on app app-17; without a terminal; otherwise may read; needs a discharge from https://auth.test; until 2027-01-15T08:00:00Z',
    );
  });

  test('of templates, of two lists, and of nothing', () => {
    const templates: Caveat = {
      type: 'CommandTemplates',
      templates: [{ words: [{ kind: 'literal', text: 'ls' }] }],
    };
    expect(summarize([COMMANDS, templates])).toBe(
      'runs exactly `uname -a`, or anything starting with `git log`; and only if also the form `ls`; never expires',
    );
    expect(summarize([])).toBe('runs every command; never expires');
    const every: Caveat = { type: 'Commands', commands: [{ args: [], exact: false }] };
    expect(summarize([every, every])).toBe('runs every command; never expires');
    expect(summarize([every, templates])).toBe('runs the form `ls`; never expires');
  });

  test('actions in words', () => {
    expect([0, 1, 3, 7, 31, 0xffff].map(describeActions)).toEqual([
      'nothing',
      'read',
      'read and write',
      'read, write and create',
      'anything',
      'anything',
    ]);
    expect([parseActions('*'), parseActions('')]).toEqual([0xffff, 0]);
    expect(isActionSubset(0, 0)).toBe(true);
  });

  test('the earliest end counts, inside IfPresent too', () => {
    const until = (notAfter: bigint): Caveat => ({ type: 'ValidityWindow', notBefore: 0n, notAfter });
    expect(expiration([until(5n), { type: 'IfPresent', ifs: [until(3n), ORG], else: 0 }, until(4n)])).toBe(
      3n,
    );
    expect(expiration([ORG])).toBeUndefined();
  });
});

describe('inspect', () => {
  const base = mintToken(
    {
      location: 'https://api.example.test/v1',
      kid: hex('6b'),
      rnd: new Uint8Array(16),
      key: new Uint8Array(32),
      caveats: [
        ORG,
        { type: 'ValidityWindow', notBefore: 0n, notAfter: 60n },
        { type: 'IsUser', id: 7n },
        { type: 'NoTty' },
      ],
    },
    nodeCrypto,
  );

  test('shows everything but the signature', () => {
    const shown = inspect(
      addThirdParty(base, { location: 'https://auth.test', shared: new Uint8Array(32) }, nodeCrypto),
    );
    expect(shown).toMatchObject({
      verified: false,
      kid_hex: '6b',
      nonce_version: 1,
      proof: false,
      expires_at: '1970-01-01T00:01:00Z',
      needs_discharges_from: ['https://auth.test'],
    });
    expect(shown.caveats.map(({ name, says }) => [name, says])).toEqual([
      ['Organization', 'in organization 1'],
      ['ValidityWindow', 'from 1970-01-01T00:00:00Z until 1970-01-01T00:01:00Z'],
      ['IsUser', 'names a user, and restricts nothing'],
      ['NoTty', 'without a terminal'],
      ['3P', 'needs a discharge from https://auth.test'],
    ]);
    expect(stringifyExactJson(inspect(base))).not.toContain(Buffer.from(base.tail).toString('base64'));
    expect(stringifyExactJson(inspect(base), 2)).toContain('"needs_discharges_from": []');
    expect(inspect({ ...base, unsafeCaveats: [] }).expires_at).toBeNull();
  });

  test.each([
    ['c0', null],
    ['c2', false],
    ['c3', true],
    ['7f', 127],
    ['ff', -1],
    ['cc80', 128],
    ['cd0100', 256],
    ['cfffffffffffffffff', 2n ** 64n - 1n],
    ['d0ff', -1],
    ['d3ffffffffffffffff', -1],
    ['ca3fc00000', 1.5],
    ['cb7ff0000000000000', 'Infinity'],
    ['cb7ff8000000000000', 'NaN'],
    ['a161', 'a'],
    ['d90161', 'a'],
    ['a1ff', { base64: '/w==' }],
    ['c401ff', { base64: '/w==' }],
    ['c50001ff', { base64: '/w==' }],
    ['92017f', [1, 127]],
    ['dc000101', [1]],
    ['dd0000000101', [1]],
    ['81a16101', { map: [['a', 1]] }],
    ['de0001a16101', { map: [['a', 1]] }],
    ['df00000001a16101', { map: [['a', 1]] }],
    ['d40102', { extension: 1, base64: 'Ag==' }],
    ['c7010203', { extension: 2, base64: 'Aw==' }],
  ])('an unknown body %s is shown', (body, value) => {
    const unknown: Caveat = { type: 'Unknown', number: 99n, body: hex(body) };
    const cut: Caveat = { ...unknown, body: unknown.body.slice(0, -1) };
    expect(decodeCaveats(encodeCaveats([unknown]))).toEqual([unknown]);
    expect(() => decodeCaveats(encodeCaveats([cut]))).toThrowError(
      expect.objectContaining({ code: 'malformed' }),
    );
    const { caveats } = inspect({ ...base, unsafeCaveats: [unknown] });
    expect(caveats).toMatchObject([{ name: 'unknown', type: '99', unknown_body: value }]);
  });
});

describe('danger notes', () => {
  const kinds = (line: string, exact: boolean): string[] =>
    dangerNotes({ args: line.split(' '), exact }).map(({ kind }) => kind);

  test.each([
    ['bash', 'runs-anything'],
    ['/bin/sh -c', 'runs-anything'],
    ['python3.12', 'runs-anything'],
    ['env', 'runs-anything'],
    ['/usr/bin/env git', 'runs-anything'],
    ['xargs', 'runs-anything'],
    ['timeout 1', 'runs-anything'],
    ['sudo', 'raises-privileges'],
    ['busybox sh', 'runs-anything'],
    ['docker exec', 'runs-anything'],
    ['kubectl exec', 'runs-anything'],
    ['find .', 'can-run-programs'],
    ['git log', 'can-run-programs'],
    ['tar -czf', 'can-run-programs'],
    ['ssh host', 'can-run-programs'],
    ['vim', 'can-run-programs'],
    ['less', 'can-run-programs'],
    ['sed', 'can-run-programs'],
    ['awk', 'runs-anything'],
    ['psql', 'can-run-programs'],
    ['npm run', 'can-run-programs'],
    ['make', 'can-run-programs'],
    ['curl', 'reaches-network'],
    ['cp', 'can-touch-files'],
    ['cat', 'can-touch-files'],
    ['sort', 'can-run-programs'],
    ['journalctl', 'can-run-programs'],
  ])('a prefix rule `%s`', (line, kind) => {
    expect(kinds(line, false)).toContain(kind);
  });

  test.each([
    ['bash deploy.sh', true],
    ['find . -name x', false],
    ['find . -delete', true],
    ['git log -1', false],
    ['git -c core.pager=x log', true],
    ['git log --output=x', true],
    ['git log --output x', true],
    ['tar -tf a.tar', false],
    ['tar -xf a.tar', true],
    ['tar --checkpoint-action=exec=id', true],
    ['sort -o f', true],
    ['sort f', false],
    ['uname -a', false],
    ['systemctl restart web', false],
    ['systemctl edit web', true],
    ['cat /etc/hostname', false],
  ])('an exact rule `%s`', (line, dangerous) => {
    expect(kinds(line, true).length > 0).toBe(dangerous);
  });

  test('too wide, too narrow, and hard to read', () => {
    expect(dangerNotes({ args: [], exact: false })).toMatchObject([{ kind: 'every-command' }]);
    expect(dangerNotes({ args: [], exact: true })).toMatchObject([{ kind: 'no-command' }]);
    expect(dangerNotes({ args: ['ls', '\u2013l'], exact: true })).toMatchObject([
      { kind: 'unclear-text', message: '"\\u2013l" holds characters that look like others or like nothing' },
    ]);
    for (const strange of ['\u00a0', '\u200b', '\u201c', '\r', '\ufeff', '\u2028']) {
      expect(dangerNotes({ args: [`ls${strange}`], exact: true }).map(({ kind }) => kind)).toContain(
        'unclear-text',
      );
    }
    expect(kinds('ls', true)).toEqual([]);
    expect(dangerNotes({ args: ['ls -l'], exact: true })).toMatchObject([{ kind: 'program-by-name' }]);
    expect(dangerNotes({ args: ['FOO=1', 'ls'], exact: true })).toMatchObject([{ kind: 'program-by-name' }]);
    expect(dangerNotes({ args: ['ls', 'a b'], exact: true })).toEqual([]);
  });

  test('templates: fixed words count as exact, open ones as a prefix', () => {
    const find = { kind: 'literal', text: 'find' } as const;
    expect(templateDangerNotes({ words: [find, { kind: 'one-of', texts: ['.', '/srv'] }] })).toEqual([]);
    expect(templateDangerNotes({ words: [find, { kind: 'one-of', texts: ['.', '-delete'] }] })).toHaveLength(
      1,
    );
    expect(templateDangerNotes({ words: [find, { kind: 'pattern', pattern: '[a-z]+' }] })).toEqual([]);
    expect(templateDangerNotes({ words: [find, { kind: 'pattern', pattern: '-[a-z]+' }] })).toHaveLength(1);
    expect(
      templateDangerNotes({
        words: [find],
        tail: { word: { kind: 'integer', least: 0n, most: 1n }, most: 1 },
      }),
    ).toHaveLength(1);
    expect(templateDangerNotes({ words: [{ kind: 'one-of', texts: ['sh', 'ls', 'sudo'] }] })).toHaveLength(2);
    expect(templateDangerNotes({ words: [] })).toEqual([]);
  });

  test('every row has programs, words and a source', () => {
    for (const { programs, how, source } of DANGER_TABLE) {
      expect(programs.length).toBeGreaterThan(0);
      expect(how).not.toBe('');
      expect(source).toMatch(/^https:\/\//);
    }
    const all = DANGER_TABLE.flatMap(({ programs }) => programs);
    expect(new Set(all).size).toBe(all.length);
  });
});
