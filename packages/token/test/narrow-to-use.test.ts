import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACTION,
  clear,
  LIMITS,
  narrowToUse,
  type Access,
  type Caveat,
  type CommandRule,
  type NarrowingProposal,
} from '../src/index.ts';

const EVERY: readonly Caveat[] = [commands({ args: [], exact: false })];
const split = (...lines: string[]): string[][] => lines.map((line) => line.split(' '));

function commands(...rules: CommandRule[]): Caveat {
  return { type: 'IfPresent', ifs: [{ type: 'Commands', commands: rules }], else: ACTION.r };
}

function allowed(caveats: readonly Caveat[], command: readonly string[]): boolean {
  const access: Access = {
    kind: 'access',
    action: ACTION.w,
    now: 0,
    orgId: 1n,
    appId: 1n,
    machine: 'm',
    command,
  };
  const own: Caveat = { type: 'Organization', id: 1n, mask: ACTION.all };
  return clear([own, ...caveats], access).allowed;
}

/** Each part of a proposal as a caveat. */
function parts({ exact, prefix, templates }: NarrowingProposal): Caveat[] {
  return [
    ...(exact === undefined ? [] : [commands(...exact)]),
    ...(prefix === undefined ? [] : [commands(...prefix)]),
    ...(templates === undefined ? [] : [{ type: 'CommandTemplates', templates } as const]),
  ];
}

describe('what is proposed', () => {
  test('exactly what was run, each command once', () => {
    const { used, exact, prefix, templates } = narrowToUse(EVERY, split('uname -s', 'id', 'uname -s'));
    expect(used).toEqual(split('uname -s', 'id'));
    expect(exact).toEqual([
      { args: ['uname', '-s'], exact: true },
      { args: ['id'], exact: true },
    ]);
    expect([prefix, templates]).toEqual([undefined, undefined]);
  });

  test('beginnings that several commands share', () => {
    const { prefix } = narrowToUse(EVERY, split('git log -1', 'git log --oneline -5', 'id', 'git log'));
    expect(prefix).toEqual([
      { args: ['git', 'log'], exact: false },
      { args: ['id'], exact: true },
    ]);
  });

  test('a beginning is no shorter than the token allows', () => {
    const token = [
      commands({ args: ['git', 'log'], exact: false }, { args: ['git', 'status'], exact: true }),
    ];
    const { prefix } = narrowToUse(token, split('git log -1', 'git log -2', 'git status'));
    expect(prefix).toEqual([
      { args: ['git', 'log'], exact: false },
      { args: ['git', 'status'], exact: true },
    ]);
  });

  test('forms in which words differ: what was used, and no more', () => {
    const used = split(
      'systemctl restart web',
      'systemctl restart worker',
      'systemctl status web',
      'systemctl status worker',
    );
    const { templates } = narrowToUse(EVERY, used);
    expect(templates).toEqual([
      {
        words: [
          { kind: 'literal', text: 'systemctl' },
          { kind: 'one-of', texts: ['restart', 'status'] },
          { kind: 'one-of', texts: ['web', 'worker'] },
        ],
      },
    ]);
  });

  test('a range for three whole numbers, where the token allowed anything in that place', () => {
    const used = split('tail -n 0 log', 'tail -n 50 log', 'tail -n -3 log');
    const range = { kind: 'integer', least: -3n, most: 50n };
    expect(narrowToUse(EVERY, used).templates?.[0]?.words[2]).toEqual(range);
    const listed = { kind: 'one-of', texts: ['0', '50', '-3'] };
    const token = [commands(...used.map((args) => ({ args, exact: true })))];
    expect(narrowToUse(token, used).templates?.[0]?.words[2]).toEqual(listed);
    expect(narrowToUse(EVERY, split('f 1 a', 'f 2 a', 'f 03 a')).templates?.[0]?.words[1]?.kind).toBe(
      'one-of',
    );
    expect(narrowToUse(EVERY, split('1 a', '2 a', '3 a')).templates?.[0]?.words[0]?.kind).toBe('one-of');
  });
});

describe('what is not', () => {
  test('nothing for a token that ran nothing, or nothing it allows', () => {
    expect(narrowToUse(EVERY, [])).toEqual({ used: [] });
    expect(narrowToUse(EVERY, [[]])).toEqual({ used: [] });
    expect(narrowToUse([commands({ args: ['id'], exact: true })], split('rm -rf', 'id -u'))).toEqual({
      used: [],
    });
  });

  test('no beginnings or ranges for a token of forms: what forms allow is not guessed at', () => {
    const token: Caveat[] = [
      {
        type: 'CommandTemplates',
        templates: [
          {
            words: [
              { kind: 'literal', text: 'n' },
              { kind: 'integer', least: 1n, most: 9n },
            ],
          },
        ],
      },
    ];
    const { prefix, templates } = narrowToUse(token, split('n 1', 'n 5', 'n 9', 'n 10'));
    expect(prefix).toBeUndefined();
    expect(templates?.[0]?.words[1]).toEqual({ kind: 'one-of', texts: ['1', '5', '9'] });
  });

  test('no list longer than a token may hold', () => {
    const many = Array.from({ length: LIMITS.commands + 1 }, (_, index) => ['echo', `word-${index}`]);
    const { exact, prefix, templates } = narrowToUse(EVERY, many);
    expect(exact).toBeUndefined();
    expect(prefix).toEqual([{ args: ['echo'], exact: false }]);
    expect(templates).toHaveLength(2);
    const apart = Array.from({ length: 2 * LIMITS.commands + 2 }, (_, index) => [
      `p${index >> 1}`,
      `${index}`,
    ]);
    expect(Object.keys(narrowToUse(EVERY, apart))).toEqual(['used']);
  });

  test('no rule with more words than a rule may have', () => {
    const long = Array.from({ length: LIMITS.commandArgs }, () => 'word');
    const { exact, prefix, templates } = narrowToUse(EVERY, [
      [...long, 'a'],
      [...long, 'b'],
    ]);
    expect(exact).toBeUndefined();
    expect(prefix).toEqual([{ args: long, exact: false }]);
    expect(templates).toBeUndefined();
  });
});

test('every part allows every used command, and none more than the token did', () => {
  const word = fc.constantFrom('a', 'b', '1', '2', '30', '-x', '');
  const argv = fc.array(word, { minLength: 1, maxLength: 4 });
  const rule = fc.record({ args: fc.array(word, { maxLength: 3 }), exact: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(fc.array(rule, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 }),
      fc.array(argv, { maxLength: 12 }),
      fc.array(argv, { maxLength: 12 }),
      (lists, ran, others) => {
        const token = lists.map((rules) => commands(...rules));
        const proposal = narrowToUse(token, ran);
        expect(proposal.used).toEqual(
          [...new Map(ran.map((one) => [JSON.stringify(one), one])).values()].filter((one) =>
            allowed(token, one),
          ),
        );
        for (const part of parts(proposal)) {
          for (const used of proposal.used) expect(allowed([part], used)).toBe(true);
          for (const other of [...ran, ...others]) {
            if (allowed([part], other)) expect(allowed(token, other)).toBe(true);
          }
        }
      },
    ),
    { numRuns: 2000 },
  );
});
