import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spawnSync } from 'node:child_process';
import { joinShellWords, PosternError, splitShellWords } from '../src/index.ts';

describe('splitShellWords', () => {
  test.each([
    ['', []],
    ['   ', []],
    ['uname -a', ['uname', '-a']],
    ['  ls\t-l  ', ['ls', '-l']],
    ["echo 'a b' c", ['echo', 'a b', 'c']],
    ["''", ['']],
    ['""', ['']],
    ['a"b"c', ['abc']],
    [String.raw`echo "a\"b\\c\d"`, ['echo', String.raw`a"b\c\d`]],
    [String.raw`a\ b`, ['a b']],
    ['a\\\nb', ['ab']],
    ['rake job #nightly', ['rake', 'job', '#nightly']],
    ['pg_dump -t a,b', ['pg_dump', '-t', 'a,b']],
    ['psql -c "select 1, 2"', ['psql', '-c', 'select 1, 2']],
    [
      'echo $HOME `id` $(id) * ~ ; && | >x',
      ['echo', '$HOME', '`id`', '$(id)', '*', '~', ';', '&&', '|', '>x'],
    ],
    ['ls\n', ['ls']],
    ["echo 'a\nb'", ['echo', 'a\nb']],
    ['a\u00a0b', ['a\u00a0b']],
  ])('%j', (line, words) => {
    expect(splitShellWords(line)).toEqual(words);
  });

  test.each(["'", '"', "a 'b", 'a "b', 'a\\', 'a\0b', 'rake a\nrake b', 'x'.repeat(300_000)])(
    'refuses %j',
    (line) => {
      expect(() => splitShellWords(line)).toThrowError(PosternError);
      expect(() => splitShellWords(line)).toThrowError(expect.objectContaining({ code: 'invalid_command' }));
    },
  );

  test('joinShellWords is its inverse', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word), (argv) => {
        expect(splitShellWords(joinShellWords(argv))).toEqual(argv);
      }),
    );
  });

  test('a real shell splits what joinShellWords writes into the same words', () => {
    const argv = ['a b', "it's", '"', '\\', '$HOME', '*', '', '#x', '\ttab', 'é', '`id`', '!', '-n'];
    const run = spawnSync('/bin/sh', [
      '-c',
      `for w in ${joinShellWords(argv)}; do printf '%s\\0' "$w"; done`,
    ]);
    expect(run.stdout.toString().split('\0').slice(0, -1)).toEqual(argv);
  });
});
