/** Bodies that are no request for a command, or one too large to be any. */
import { EXEC_LIMITS, LIMITS } from '@postern/contract';
import { expect } from 'vitest';
import type { AttackCase, AttackClass } from './attack-case.ts';
import { expectUnreadable, startingWith, WITNESS, type Ground } from './ground.ts';

const W = WITNESS;

type Code = 'bad_request' | 'invalid_command';

const BODIES: readonly (readonly [tried: string, body: unknown, code: Code, why: string])[] = [
  ['no command at all', {}, 'invalid_command', 'nothing is not every command'],
  ['an empty argv', { command: [] }, 'invalid_command', 'nothing is not every command'],
  ['an empty program', { command: [''] }, 'invalid_command', 'a prefix of nothing would match it'],
  ['a blank program', { command: [' '] }, 'invalid_command', 'no program has this name'],
  ['a program of a no-break space', { command: ['\u{a0}'] }, 'invalid_command', 'no program has this name'],
  [
    'both forms of a command',
    { cmd: W, command: ['id'] },
    'invalid_command',
    'one would be decided about, the other run',
  ],
  ['a string where words belong', { command: W }, 'bad_request', 'nothing is made into a list'],
  ['words that are numbers', { command: [W, 1] }, 'bad_request', 'nothing is made into a string'],
  ['a word that is null', { command: [W, null] }, 'bad_request', 'nothing is made into a string'],
  ['a word that is a list', { command: [[W]] }, 'bad_request', 'a list joins to a string in comparisons'],
  [
    'words in an object',
    { command: { 0: W, length: 1 } },
    'bad_request',
    'an object with indexes is no list',
  ],
  ['a line in a list', { cmd: [W] }, 'bad_request', 'a list of one joins to its word'],
  [
    'a NUL byte in a word',
    { command: [W, 'a\0b'] },
    'invalid_command',
    'a C program would see a shorter word',
  ],
  [
    'a NUL byte in the program',
    { command: [`${W}\0`] },
    'invalid_command',
    'a C program would see a shorter name',
  ],
  [
    'a lone surrogate',
    `{"command":["${W}","\\ud800"]}`,
    'invalid_command',
    'it would be replaced after the decision',
  ],
  [
    'two surrogates in the wrong order',
    `{"command":["${W}","\\udc00\\ud800"]}`,
    'invalid_command',
    'the same',
  ],
  [
    'an unknown field',
    { command: [W], argv0: 'sh' },
    'bad_request',
    'a field that is ignored was meant to do something',
  ],
  ['a shell field', { command: [W], shell: true }, 'bad_request', 'there is no shell to ask for'],
  [
    'fields of prototypes',
    `{"command":["${W}"],"__proto__":{"x":1}}`,
    'bad_request',
    'an unknown field, whatever it is called',
  ],
  [
    'a constructor',
    { command: [W], constructor: { prototype: { x: 1 } } },
    'bad_request',
    'an unknown field',
  ],
  [
    'more words than an exec may have',
    { command: [W, ...Array.from({ length: EXEC_LIMITS.argvWords }, () => 'a')] },
    'invalid_command',
    'found by this suite: it closed the link of the agent, with everybody on it',
  ],
  [
    'a longer command than an exec may have',
    { command: [W, 'x'.repeat(LIMITS.commandLineBytes)] },
    'invalid_command',
    'limits are refusals, not cuts',
  ],
  [
    'a longer line than an exec may have',
    { cmd: `${W} ${'x'.repeat(LIMITS.commandLineBytes)}` },
    'invalid_command',
    'limits are refusals, not cuts',
  ],
  ['a negative timeout', { command: [W], timeout: -1 }, 'bad_request', 'it would end never or at once'],
  ['a timeout of text', { command: [W], timeout: '30' }, 'bad_request', 'nothing is made into a number'],
  ['an endless timeout', `{"command":["${W}"],"timeout":1e400}`, 'bad_request', 'infinity is no time'],
  ['a timeout of weeks', { command: [W], timeout: 30 * 86_400 }, 'bad_request', 'timers wrap at 24 days'],
  ['a relative directory', { command: [W], cwd: '../tmp' }, 'bad_request', 'relative to what'],
  [
    'a directory with a NUL byte',
    { command: [W], cwd: '/tmp\0/x' },
    'bad_request',
    'a C program would see a shorter path',
  ],
  [
    'a directory longer than a path',
    { command: [W], cwd: `/${'é'.repeat(3000)}` },
    'bad_request',
    'limits count bytes',
  ],
  ['a blank user', { command: [W], user: ' ' }, 'bad_request', 'nobody is called that'],
  [
    'a user with a NUL byte',
    { command: [W], user: 'root\0x' },
    'bad_request',
    'a C program would see a shorter name',
  ],
  [
    'stdin in broken base64',
    { command: [W], stdin: '####', stdin_encoding: 'base64' },
    'bad_request',
    'a lenient decoder drops what it does not know',
  ],
  [
    'stdin in base64 without padding',
    { command: [W], stdin: 'YQ', stdin_encoding: 'base64' },
    'bad_request',
    'one spelling',
  ],
  ['a body that is a list', '[]', 'bad_request', 'an object is expected'],
  ['a body that is a string', '"x"', 'bad_request', 'an object is expected'],
  ['a body that is null', 'null', 'bad_request', 'an object is expected'],
  ['a body cut off', `{"command":["${W}"`, 'bad_request', 'what is missing is not guessed'],
  [
    'two bodies',
    `{"command":["${W}"]}{"command":["id"]}`,
    'bad_request',
    'the second would belong to the next request',
  ],
  ['JSON with comments', `{"command":["${W}"]/* , */}`, 'bad_request', 'strict JSON'],
  ['JSON with single quotes', `{'command':['${W}']}`, 'bad_request', 'strict JSON'],
  [
    'lists deeper than any request',
    `{"command":${'['.repeat(1000)}${']'.repeat(1000)}}`,
    'bad_request',
    'recursion is bounded',
  ],
  [
    'lists a hundred thousand deep',
    `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    'bad_request',
    'the parser must not run out of stack',
  ],
  [
    'a container of choice',
    { command: [W], container: 'x', machine: true },
    'bad_request',
    'two targets are none',
  ],
];

const cases: AttackCase<Ground>[] = BODIES.map(([tried, body, code, why]) => ({
  tried,
  must: `400 ${code}; nothing runs`,
  why,
  run: (ground) => expectUnreadable(ground, body, code),
}));

const others: AttackCase<Ground>[] = [
  {
    tried: 'one key twice: an allowed command, then another',
    must: 'the last one counts, for the decision as for the run: 403',
    why: 'where the decision and the run read different ones, the first is a mask',
    run: async (ground) => {
      const token = await ground.token({ commands: [{ args: [W, 'ok'], exact: true }] });
      const masked = await ground.exec(token, `{"command":["${W}","ok"],"command":["${W}","evil"]}`);
      expect(masked.body['code']).toBe('not_allowed');
      expect(ground.runs()).toEqual([]);
      expect((await ground.exec(token, `{"command":["${W}","evil"],"command":["${W}","ok"]}`)).status).toBe(
        200,
      );
      expect(ground.runs()).toEqual([['ok']]);
    },
  },
  {
    tried: 'a body larger than its limit',
    must: '413 body_too_large; nothing runs',
    why: 'an authorizer that is not given the body must not let it pass (CVE-2024-41110)',
    run: async (ground) => {
      const answer = await ground.exec(await ground.token(startingWith(W)), {
        command: [W],
        stdin: 'x'.repeat(LIMITS.bodyBytes),
      });
      expect(answer.body['code']).toBe('body_too_large');
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'bytes that are not UTF-8',
    must: '400 bad_request; nothing runs',
    why: 'a lenient decoder replaces them after a lenient matcher compared them',
    run: async (ground) => {
      const token = await ground.token(startingWith(W));
      const response = await fetch(ground.postern.url + ground.execPath, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: Buffer.concat([
          Buffer.from(`{"command":["${ground.witness}","`),
          Buffer.of(0xc0, 0xaf),
          Buffer.from('"]}'),
        ]),
      });
      expect(response.status).toBe(400);
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'a word longer than the system takes',
    must: 'an outcome that says so, 126; the agent goes on',
    why: 'limits of the kernel are lower than ours',
    run: async (ground) => {
      const token = await ground.token(startingWith(W));
      const answer = await ground.exec(token, { command: [W, 'x'.repeat(200 * 1024)] });
      expect(answer.body).toMatchObject({ exit_code: 126, reason: 'start-failed' });
      expect(ground.runs()).toEqual([]);
      expect((await ground.exec(token, { command: [W, 'next'] })).status).toBe(200);
      expect(ground.runs()).toEqual([['next']]);
    },
  },
  {
    tried: 'a command whose JSON is six times as long as its bytes',
    must: 'it runs or is refused; the link of the agent stays',
    why: 'control characters are escaped on the way: a limit on messages must hold the longest command',
    run: async (ground) => {
      const token = await ground.token(startingWith(W));
      const word = '\u{1}'.repeat(60 * 1024);
      const answer = await ground.exec(token, { command: [W, word, word, word, word] });
      expect(answer.body, answer.text.slice(0, 200)).toMatchObject({ exit_code: 0 });
      expect(ground.runs()).toEqual([[word, word, word, word]]);
    },
  },
];

export const malformed: AttackClass<Ground> = {
  name: 'Malformed and oversized requests',
  about: 'anybody with a credential, who sends what no client sends',
  cases: [...cases, ...others],
};
