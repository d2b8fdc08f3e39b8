/** Allow-lists are left by words that look like allowed ones. */
import type { AttackCase, AttackClass } from './attack-case.ts';
import {
  exactly,
  expectRefused,
  expectRuns,
  startingWith,
  WITNESS,
  type Ground,
  type Rule,
} from './ground.ts';

type Row = readonly [tried: string, rule: Rule, command: readonly string[], why: string];

const W = WITNESS;

const REFUSED: readonly Row[] = [
  ['a word more than an exact rule has', exactly(W), [W, 'x'], 'exact means every word and no more'],
  ['an empty word more than an exact rule has', exactly(W), [W, ''], 'an empty word is a word'],
  ['a word less than the rule has', exactly(W, 'a'), [W], 'a part of a rule is not the rule'],
  ['a word less than a prefix has', startingWith(W, 'a'), [W], 'a prefix needs all of its words'],
  [
    'other letter case in the program',
    exactly(W, 'a'),
    [W.toLowerCase(), 'a'],
    'words are compared byte for byte',
  ],
  [
    'other letter case in an argument',
    exactly(W, 'status'),
    [W, 'STATUS'],
    'words are compared byte for byte',
  ],
  [
    'bundled options: -la for -l',
    startingWith(W, '-l'),
    [W, '-la'],
    'a prefix ends at a word, never inside one',
  ],
  [
    'a longer word: test:e2e for test',
    startingWith(W, 'run', 'test'),
    [W, 'run', 'test:e2e'],
    'npm users are caught by this in rules of coding agents',
  ],
  [
    'a longer word: test-and-publish for test',
    startingWith(W, 'run', 'test'),
    [W, 'run', 'test-and-publish'],
    'the same',
  ],
  [
    'an option glued to its value',
    startingWith(W, '-F'),
    [W, '-F=@/etc/passwd'],
    'no option grammar is guessed at',
  ],
  [
    'an abbreviated long option',
    exactly(W, '--output=f'),
    [W, '--outpu=f'],
    'GNU abbreviations are other words',
  ],
  [
    'the long form of an allowed short option',
    exactly(W, '-o', 'f'),
    [W, '--output', 'f'],
    'spellings are not made equal',
  ],
  [
    'an option before the sub-command',
    startingWith(W, 'push'),
    [W, '-c', 'core.pager=id', 'push'],
    'git -c runs programs; the words begin differently',
  ],
  [
    'a global option before an allowed word',
    startingWith(W, 'run', 'test'),
    [W, '--prefix', '/tmp', 'run', 'test'],
    'npm --prefix chooses another project',
  ],
  ['the words in another order', exactly(W, 'a', 'b'), [W, 'b', 'a'], 'order is part of a command'],
  ['two words written as one', exactly(W, 'a', 'b'), [W, 'a b'], 'words are never joined to be compared'],
  ['one word written as two', exactly(W, 'a b'), [W, 'a', 'b'], 'words are never joined to be compared'],
  [
    'the whole line as the program',
    exactly(W, 'a'),
    [`${W} a`],
    'a program name with a space is a program name',
  ],
  ['a trailing space', exactly(W, 'a'), [W, 'a '], 'nothing is trimmed'],
  ['a leading space', exactly(W, 'a'), [W, ' a'], 'nothing is trimmed'],
  ['a trailing newline', exactly(W, 'a'), [W, 'a\n'], 'regular expressions with $ would let it pass'],
  ['a leading newline', exactly(W, 'a'), [W, '\na'], 'regular expressions with ^ and m would let it pass'],
  ['an allowed line inside a word', exactly(W, 'a'), [W, 'a\nb'], 'a newline begins no second command'],
  ['a carriage return at the end', exactly(W, 'a'), [W, 'a\r'], 'files from Windows end lines so'],
  ['a tab in the place of a space', exactly(W, 'a b'), [W, 'a\tb'], 'blanks are not made equal'],
  ['a no-break space', exactly(W, 'a b'), [W, 'a\u{a0}b'], 'it looks like a space'],
  ['a Cyrillic letter', exactly(W, 'cat'), [W, 'c\u{430}t'], 'it looks like a Latin one'],
  ['a Greek letter', exactly(W, 'host'), [W, 'h\u{3bf}st'], 'it looks like a Latin one'],
  ['full-width letters', exactly(W, 'ls'), [W, '\u{ff4c}\u{ff53}'], 'compatibility forms are not made equal'],
  ['a zero-width space', exactly(W, 'ls'), [W, 'l\u{200b}s'], 'it cannot be seen'],
  ['a zero-width joiner', exactly(W, 'ls'), [W, 'ls\u{200d}'], 'it cannot be seen'],
  ['a soft hyphen', exactly(W, 'deploy'), [W, 'de\u{ad}ploy'], 'it cannot be seen'],
  ['a byte order mark', exactly(W, 'ls'), [W, '\u{feff}ls'], 'readers drop it; here it stays'],
  ['a direction override', exactly(W, 'ls'), [W, '\u{202e}sl'], 'it is shown as ls'],
  ['tag characters', exactly(W, 'ls'), [W, 'ls\u{e0061}'], 'they cannot be seen'],
  ['the decomposed form of an accent', exactly(W, '\u{e9}'), [W, 'e\u{301}'], 'text is never normalized'],
  ['the composed form of an accent', exactly(W, 'e\u{301}'), [W, '\u{e9}'], 'text is never normalized'],
  ['the Kelvin sign for K', exactly(W, 'K'), [W, '\u{212a}'], 'case folding would make them equal'],
  ['dotted capital I for i', exactly(W, 'i'), [W, '\u{130}'], 'case folding would make them equal'],
  ['a sharp s for ss', exactly(W, 'ss'), [W, '\u{df}'], 'case folding would make them equal'],
  ['percent-encoding', exactly(W, 'a/b'), [W, 'a%2Fb'], 'nothing is decoded twice'],
  ['a JSON escape written out', exactly(W, 'a'), [W, String.raw`\u0061`], 'nothing is decoded twice'],
  ['an HTML entity', exactly(W, '<'), [W, '&lt;'], 'nothing is decoded twice'],
  ['base64 of the allowed word', exactly(W, 'a'), [W, 'YQ=='], 'nothing is decoded twice'],
  ['a glob that would match', exactly(W, 'a'), [W, '?'], 'rules hold words, and so do commands'],
  ['a glob in the rule', startingWith(W, '*'), [W, 'a'], 'a star in a rule is a star'],
  ['a regular expression in the rule', exactly(W, '.*'), [W, 'a'], 'a rule is no pattern'],
  ['an empty list of commands', startingWith('nothing-at-all'), [W], 'another rule is no rule for this'],
];

const ALLOWED: readonly Row[] = [
  [
    'an exact command as it is',
    exactly(W, 'a', 'b c'),
    [W, 'a', 'b c'],
    'a wall without a door protects nothing either',
  ],
  ['anything behind a prefix', startingWith(W, '-l'), [W, '-l', '/tmp', '-x'], 'that is what a prefix is'],
  ['the words of a prefix alone', startingWith(W, '-l'), [W, '-l'], 'a prefix covers itself'],
  ['a star where the rule has a star', exactly(W, '*'), [W, '*'], 'it reaches the program as a star'],
];

const refused: AttackCase<Ground>[] = REFUSED.map(([tried, rule, command, why]) => ({
  tried,
  must: '403 not_allowed over HTTP as argv and as line, and over WebSocket; nothing runs',
  why,
  run: (ground) => expectRefused(ground, rule, command),
}));

const allowed: AttackCase<Ground>[] = ALLOWED.map(([tried, rule, command, why]) => ({
  tried,
  must: 'it runs, with these words exactly',
  why,
  run: (ground) => expectRuns(ground, rule, { command: [...command] }, command.slice(1)),
}));

export const matching: AttackClass<Ground> = {
  name: 'Matching: words that look like allowed ones',
  about: 'the holder of a token for certain commands, who chooses every word',
  cases: [...refused, ...allowed],
};
