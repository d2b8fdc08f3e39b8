/** Command lines and words that would mean more to a shell than they say. There is no shell: they are data. */
import { joinShellWords, splitShellWords } from '@postern/contract';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AttackCase, AttackClass } from './attack-case.ts';
import { expectRuns, expectUnreadable, startingWith, WITNESS, type Ground } from './ground.ts';

const W = WITNESS;

/** Each is one word of an argv, and must reach the program as it is. */
const WORDS: readonly (readonly [word: string, why: string])[] = [
  ['; id', 'a separator'],
  ['&& id', 'a conjunction'],
  ['|| id', 'a disjunction'],
  ['| id', 'a pipe'],
  ['& id', 'the background'],
  ['$(id)', 'a substitution'],
  ['`id`', 'a substitution'],
  ['${IFS}id', 'a variable that splits words'],
  ['$HOME', 'a variable'],
  ['%PATH%', 'a variable of another system'],
  ['> /tmp/postern-attack', 'a redirection'],
  ['2>&1', 'a redirection'],
  ['< /etc/passwd', 'a redirection'],
  ['<(id)', 'a process substitution'],
  ['*', 'a glob'],
  ['[a-z]*', 'a glob'],
  ['{a,b}', 'a brace expansion'],
  ['~root', 'a home directory'],
  ['!ls', 'the history'],
  ['\n id', 'a second line'],
  ['\r\n id', 'a second line'],
  ["'", 'an open quote'],
  ['"', 'an open quote'],
  ['\\', 'an escape of what follows'],
  ['^', 'an escape of another system'],
  ['-', 'standard input by custom'],
  ['--', 'the end of options'],
  ['-e', 'an option of echo'],
  ['@file', 'a response file'],
  ['\u{1b}]0;x\u{7}', 'a terminal escape'],
  ['', 'nothing'],
  ['\u{1f4a3}', 'four bytes of UTF-8'],
];

/** A line as a client may send it, and the words it is; where other splitters differ, which. */
const LINES: readonly (readonly [line: string, words: readonly string[], why: string])[] = [
  [`${W} a ; touch PWNED`, ['a', ';', 'touch', 'PWNED'], 'a separator is a word'],
  [`${W} a && touch PWNED`, ['a', '&&', 'touch', 'PWNED'], 'operators are words'],
  [`${W} a | sh`, ['a', '|', 'sh'], 'operators are words'],
  [`${W} $(touch PWNED)`, ['$(touch', 'PWNED)'], 'nothing is substituted'],
  [`${W} "$(touch PWNED)"`, ['$(touch PWNED)'], 'a shell substitutes inside double quotes'],
  [`${W} \`touch PWNED\``, ['`touch', 'PWNED`'], 'nothing is substituted'],
  [`${W} > PWNED`, ['>', 'PWNED'], 'nothing is redirected'],
  [`${W} $HOME "$HOME" '$HOME'`, ['$HOME', '$HOME', '$HOME'], 'there are no variables'],
  [`${W} *`, ['*'], 'there are no globs'],
  [
    `${W} a #nightly b`,
    ['a', '#nightly', 'b'],
    'Go and Python splitters drop what follows: a shorter rule is a wider one',
  ],
  [`${W} $'a\\nb'`, ['$a\\nb'], "bash reads $'…' as escapes; POSIX words do not"],
  [`${W} a\\ b`, ['a b'], 'a backslash keeps the blank'],
  [
    `${W} "a\\b" "a\\$b" "a\\"b"`,
    ['a\\b', 'a$b', 'a"b'],
    'in double quotes a backslash escapes four characters',
  ],
  [`${W} 'a\\b'`, ['a\\b'], 'in single quotes it is itself'],
  [`${W} a'b'"c"d`, ['abcd'], 'quotes inside a word join'],
  [`${W} '' ""`, ['', ''], 'an empty word is a word'],
  [`${W} a\u{a0}b`, ['a\u{a0}b'], 'a no-break space is no blank'],
  [`${W} a\u{2003}b`, ['a\u{2003}b'], 'an em space is no blank'],
  [`${W} a\vb`, ['a\vb'], 'a vertical tab is no blank'],
  [`${W}\ta\t\tb`, ['a', 'b'], 'tabs are blanks'],
  [`${W} \u{201c}a b\u{201d}`, ['\u{201c}a', 'b\u{201d}'], 'smart quotes do not quote'],
  [`${W} a\\\nb`, ['ab'], 'a continued line is one'],
  [`  ${W} a  `, ['a'], 'blanks around are blanks'],
];

const UNREADABLE: readonly (readonly [tried: string, line: string, why: string])[] = [
  ['a second line', `${W} a\n${W} b`, 'a shell would run both, an allow-list sees one'],
  ['a second line after a carriage return', `${W} a\r\n${W} b`, 'the same from another system'],
  ['an open single quote', `${W} 'a`, 'guessing where it ends makes two readings'],
  ['an open double quote', `${W} "a`, 'guessing where it ends makes two readings'],
  ['a backslash at the end', `${W} a\\`, 'what it escapes is missing'],
  ['a NUL byte', `${W} a\0b`, 'a C program would see a shorter word'],
  ['an empty line', '', 'nothing is not every command'],
  ['a blank line', ' \t ', 'nothing is not every command'],
  ['a line of an empty word', "''", 'there is no program without a name'],
  ['a lone surrogate', `${W} \ud800`, 'it would run as another character than was authorized'],
];

const words: AttackCase<Ground>[] = WORDS.map(([word, why]) => ({
  tried: `the word ${JSON.stringify(word)}: ${why}`,
  must: 'the program gets it byte for byte',
  why: 'no shell, no second reading between the decision and the program',
  run: async (ground) => {
    const rule = startingWith(W);
    await expectRuns(ground, rule, { command: [W, 'a', word, 'z'] }, ['a', word, 'z']);
    // Quoted by a client and split by the server it is the same.
    await expectRuns(ground, rule, { cmd: joinShellWords([W, word]) }, [word]);
  },
}));

const lines: AttackCase<Ground>[] = LINES.map(([line, expected, why]) => ({
  tried: `the line ${JSON.stringify(line)}`,
  must: `the words ${JSON.stringify(expected)}, and no file PWNED`,
  why,
  run: async (ground) => {
    await expectRuns(ground, startingWith(W), { cmd: line }, expected);
    expect(splitShellWords(line).slice(1)).toEqual(expected);
    expect(existsSync(join(ground.directory, 'PWNED'))).toBe(false);
  },
}));

const unreadable: AttackCase<Ground>[] = UNREADABLE.map(([tried, line, why]) => ({
  tried: `a command line with ${tried}`,
  must: '400 invalid_command; nothing runs',
  why,
  run: (ground) => expectUnreadable(ground, { cmd: line }),
}));

const throughClients: AttackCase<Ground>[] = [
  {
    tried: 'a line through the command line program',
    must: 'it travels unsplit and becomes the same words as on the server',
    why: 'two splitters are two readings of one rule',
    run: async (ground) => {
      const line = `${ground.witness} "a b" $HOME 'c' #d ; e`;
      const { code, stderr } = await ground.postern.postern([
        'machine',
        'exec',
        '-a',
        'demo',
        '-t',
        await ground.token(startingWith(W)),
        ground.postern.machine,
        line,
      ]);
      expect(code, stderr).toBe(0);
      expect(ground.runs()).toEqual([['a b', '$HOME', 'c', '#d', ';', 'e']]);
    },
  },
  {
    tried: 'a rule minted from a line that other splitters shorten',
    must: 'the rule has all its words, and the shorter command is refused',
    why: 'flyctl users lost what follows # and what follows a comma',
    run: async (ground) => {
      const line = `${ground.witness} -t a,b #nightly`;
      const minted = await ground.postern.postern([
        'tokens',
        'create',
        'machine-exec',
        '-a',
        'demo',
        '-C',
        line,
      ]);
      const token = minted.stdout
        .toString()
        .trim()
        .replace(/^FlyV1 /, '');
      expect((await ground.exec(token, { command: [ground.witness, '-t', 'a,b'] })).status).toBe(403);
      expect((await ground.exec(token, { command: [ground.witness, '-t', 'a'] })).status).toBe(403);
      expect(ground.runs()).toEqual([]);
      expect((await ground.exec(token, { cmd: line })).status).toBe(200);
      expect(ground.runs()).toEqual([['-t', 'a,b', '#nightly']]);
    },
  },
];

export const shellLines: AttackClass<Ground> = {
  name: 'Shell metacharacters and quoting',
  about: 'the holder of a token for certain commands, who writes words a shell would obey',
  cases: [...words, ...lines, ...unreadable, ...throughClients],
};
