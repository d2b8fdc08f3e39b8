import { expect, test } from 'vitest';
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
