/** Small parts that make text: harmless names, tables, times, suggestions, configuration files. */
import { describe, expect, test } from 'vitest';
import { readAppName } from '../src/choose/config-file.ts';
import { closest } from '../src/core/closest.ts';
import { safeJson } from '../src/output/safe-json.ts';
import { safeText } from '../src/output/safe-text.ts';
import { displayWidth } from '../src/output/table.ts';
import { formatAgo, formatDay, formatShortAgo, formatSpan, formatTime } from '../src/output/times.ts';
import { authorizationFor } from '../src/settings/settings.ts';
import { readLoginLink } from '../src/commands/auth/login-link.ts';
import { readTemplate } from '@postern/contract/template-line';

describe('text from elsewhere', () => {
  test.each([
    ['plain', 'plain'],
    ['Ünïcödé 漢字 🙂', 'Ünïcödé 漢字 🙂'],
    ['\u001B[2J', String.raw`\x1b[2J`],
    ['a\nb\tc\rd', String.raw`a\nb\tc\rd`],
    ['\u009B31m\u007F', String.raw`\x9b31m\x7f`],
    ['abc\u202Etxt.exe', String.raw`abc\u{202e}txt.exe`],
    ['pay\u200Bpal\uFEFF', String.raw`pay\u{200b}pal\u{feff}`],
    ['\u{E0041}\uD800', String.raw`\u{e0041}\u{d800}`],
  ])('%j is shown as %j', (text, shown) => {
    expect(safeText(text)).toBe(shown);
  });
});

describe('JSON', () => {
  test.each(['plain', 'a\nb', '\u001B[2J', '\u009B31m\u007F', '\u202Ex\uFEFF', '\u{E0041}', '漢字 🙂'])(
    'of %j is the same value, and nothing a terminal acts on',
    (text) => {
      for (const json of [safeJson({ text }), safeJson([text], 2)]) {
        expect(json.replaceAll('\n', '')).toBe(safeText(json.replaceAll('\n', '')));
        expect(JSON.stringify(JSON.parse(json))).toContain(JSON.stringify(text));
      }
    },
  );
});

describe('widths', () => {
  test.each([
    ['abc', 3],
    ['漢字', 4],
    ['🙂', 2],
    ['e\u0301', 1],
  ])('%j takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('times', () => {
  const hour = 3_600_000;
  test.each([
    [0, '0 seconds'],
    [1000, '1 second'],
    [90_000, '90 seconds'],
    [5 * 60_000, '5 minutes'],
    [2 * hour, '2 hours'],
    [48 * hour, '2 days'],
    [175_200 * hour, '20 years'],
  ])('%i ms is %s', (milliseconds, text) => {
    expect(formatSpan(milliseconds)).toBe(text);
  });

  test('are UTC, and empty when there is none', () => {
    expect(formatTime('2026-11-24T13:00:00+01:00')).toBe('2026-11-24 12:00:00 UTC');
    expect(formatTime(null)).toBe('');
    expect(formatAgo(null, 0)).toBe('never');
    expect(formatAgo('1970-01-01T00:00:00Z', 5 * 60_000)).toBe('5 minutes ago');
    expect(formatShortAgo('1970-01-01T00:00:00Z', 5 * 60_000)).toBe('5m ago');
    expect(formatShortAgo(null, 0)).toBe('never');
    expect(formatDay('2026-11-24T13:00:00+01:00')).toBe('2026-11-24');
    expect(formatDay(null)).toBe('');
  });
});

describe('suggestions', () => {
  test.each([
    ['toknes', 'tokens'],
    ['tok', 'tokens'],
    ['machnie', 'machine'],
    ['xyz', undefined],
    ['a', undefined],
  ])('%s is %s', (word, meant) => {
    expect(closest(word, ['tokens', 'machine', 'version', 'apps'])).toBe(meant);
  });
});

describe('the app of a configuration file', () => {
  test.each([
    ['app = "demo"', 'demo'],
    ["app = 'demo' # which", 'demo'],
    ['"app" = "de\\u006do"', 'demo'],
    ['\uFEFF# head\r\nkill_timeout = 5\r\napp = "demo"\r\n', 'demo'],
    ['notes = """\napp = "no"\n"""\napp = "demo"', 'demo'],
    ['list = [\n  "app = x", # ]\n  "y",\n]\napp = "demo"', 'demo'],
    ['[build]\napp = "no"', undefined],
    ['', undefined],
  ])('%j is %s', (text, app) => {
    expect(readAppName(text, 'fly.toml')).toBe(app);
  });

  test.each([
    'app = demo',
    'app =',
    'app',
    '= "x"',
    'x = [\n"never closed"',
    'x = """\nnever closed',
    'app = 5',
  ])('%j is refused with its line', (text) => {
    expect(() => readAppName(text, 'fly.toml')).toThrow(
      /failed loading app config from fly\.toml: line \d+: /,
    );
  });
});

describe('credentials', () => {
  test.each([
    ['fo1_abc', 'Bearer fo1_abc'],
    ['fm2_abc,fm2_def', 'FlyV1 fm2_abc,fm2_def'],
    ['FlyV1 fm2_abc', 'FlyV1 fm2_abc'],
    ['Bearer fm2_abc', 'FlyV1 fm2_abc'],
  ])('%s is sent as %s', (token, header) => {
    expect(authorizationFor(token)).toBe(header);
  });

  test.each([
    ['http://127.0.0.1:7070/login#s3cret', 'http://127.0.0.1:7070', 's3cret'],
    ['https://x.example/postern/login#secret=a', 'https://x.example/postern', 'a'],
    ['https://x.example/login?secret=b', 'https://x.example', 'b'],
  ])('%s is the link of %s', (link, server, secret) => {
    expect(readLoginLink(link)).toEqual({ server, secret });
  });
});

describe('templates', () => {
  test.each([
    [
      'systemctl restart {web|worker}',
      { words: [literal('systemctl'), literal('restart'), { kind: 'one-of', texts: ['web', 'worker'] }] },
    ],
    [
      'journalctl -n {1..1000} {-5..-1}',
      {
        words: [
          literal('journalctl'),
          literal('-n'),
          { kind: 'integer', least: 1n, most: 1000n },
          { kind: 'integer', least: -5n, most: -1n },
        ],
      },
    ],
    [
      'pg_dump {/[a-z_]{1,63}/}',
      { words: [literal('pg_dump'), { kind: 'pattern', pattern: '[a-z_]{1,63}' }] },
    ],
    [
      'cat {...5:/[a-z.]+/}',
      { words: [literal('cat')], tail: { most: 5, word: { kind: 'pattern', pattern: '[a-z.]+' } } },
    ],
    [
      `echo {={x}} 'a b' /usr/`,
      { words: [literal('echo'), literal('{x}'), literal('a b'), literal('/usr/')] },
    ],
  ])('%s', (line, template) => {
    expect(readTemplate(line)).toEqual(template);
  });

  test.each([
    ['', 'blank'],
    ["''", 'blank'],
    ['x {}', 'a hole is'],
    ['x {a}', 'a hole is'],
    ['x {a|}', 'a hole is'],
    ['x {a|a}', 'names a word twice'],
    ['x {9..1}', 'its range is empty'],
    ['x {//}', 'a hole is'],
    ['x {...5:/a/} y', 'more words are the last'],
    ['x {...5:a}', 'a hole is'],
    ["x '{a|b}", 'unbalanced'],
  ])('%j is refused: %s', (line, message) => {
    expect(() => readTemplate(line)).toThrow(message);
  });

  function literal(text: string) {
    return { kind: 'literal', text };
  }
});
