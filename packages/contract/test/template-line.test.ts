import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinShellWords, PosternError } from '../src/index.ts';
import { readTemplate } from '../src/template-line.ts';

const wordsOf = (line: string): unknown => readTemplate(line).words;

test.each([
  ['tail /var/log/{syslog|messages}', '/var/log/{syslog|messages}'],
  ['head --lines={1..100} x', '--lines={1..100}'],
  ['restart web-{/[0-9]+/}', 'web-{/[0-9]+/}'],
  ['x {a|b}{c|d}', '{a|b}{c|d}'],
  ['x {a|b}.{c|d}', '{a|b}.{c|d}'],
  ['x a{...5:/b/}', 'a{...5:/b/}'],
])('a hole inside a word is refused, not taken for letters: %s', (line, part) => {
  expect(() => readTemplate(line)).toThrow(`cannot read ${part} in the template: a hole is a whole word`);
});

test('letters that are no hole stay letters, and {=…} says so of those that look like one', () => {
  expect(wordsOf("docker inspect '--format={{.Name}}' a{b} {=x{1..2}} '{/a{1,2}|b{2}/}'")).toEqual([
    { kind: 'literal', text: 'docker' },
    { kind: 'literal', text: 'inspect' },
    { kind: 'literal', text: '--format={{.Name}}' },
    { kind: 'literal', text: 'a{b}' },
    { kind: 'literal', text: 'x{1..2}' },
    { kind: 'pattern', pattern: 'a{1,2}|b{2}' },
  ]);
});

test('a line that no token could hold is refused before it is looked at', () => {
  expect(() => readTemplate(`x${'{/'.repeat(100_000)}`)).toThrow('a template is longer than 8192 characters');
  expect(wordsOf(`x ${'y'.repeat(8190)}`)).toHaveLength(2);
});

test('whatever is written, it is read or refused with a PosternError', () => {
  const pieces = [
    '{',
    '}',
    '|',
    '/',
    '..',
    '...',
    ':',
    '=',
    '1',
    '-',
    ' ',
    "'",
    '"',
    '\\',
    'a',
    '\n',
    '\0',
    'é',
  ];
  const piece = fc.constantFrom(...pieces);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (written) => {
      try {
        const { words, tail } = readTemplate(written.join(''));
        expect(words.length + (tail === undefined ? 0 : 1)).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(PosternError);
      }
    }),
    { numRuns: 2000 },
  );
});

test('each kind of hole is read as it was written', () => {
  const text = fc.stringMatching(/^[a-z0-9_.-]{1,8}$/);
  const number = fc.integer({ min: -1_000_000, max: 1_000_000 });
  const hole = fc.oneof(
    text.map((literal) => [`{=${literal}}`, { kind: 'literal', text: literal }] as const),
    fc
      .uniqueArray(text, { minLength: 2, maxLength: 4 })
      .filter(([first]) => first?.startsWith('=') !== true && first?.startsWith('...') !== true)
      .map((texts) => [`{${texts.join('|')}}`, { kind: 'one-of', texts }] as const),
    fc
      .tuple(number, number)
      .filter(([least, most]) => least <= most)
      .map(
        ([least, most]) =>
          [`{${least}..${most}}`, { kind: 'integer', least: BigInt(least), most: BigInt(most) }] as const,
      ),
    text.map((pattern) => [`{/${pattern}/}`, { kind: 'pattern', pattern }] as const),
  );
  fc.assert(
    fc.property(fc.array(hole, { maxLength: 6 }), (holes) => {
      const line = joinShellWords(['program', ...holes.map(([written]) => written)]);
      expect(wordsOf(line)).toEqual([{ kind: 'literal', text: 'program' }, ...holes.map(([, word]) => word)]);
    }),
  );
});
