/** The program itself: its path, its name, what it is, and programs that run others. */
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { AttackCase, AttackClass } from './attack-case.ts';
import { exactly, expectRefused, startingWith, WITNESS, type Ground } from './ground.ts';

const W = WITNESS;

/** Programs that run what they are told. None is the allowed program, whatever it would run. */
const WRAPPERS: readonly (readonly string[])[] = [
  ['sh', '-c', W],
  ['bash', '-lc', W],
  ['dash', W],
  ['busybox', 'sh', '-c', W],
  ['env', W, 'ok'],
  ['env', '-S', `${W} ok`],
  ['/usr/bin/env', W, 'ok'],
  ['timeout', '1', W, 'ok'],
  ['nice', W, 'ok'],
  ['nohup', W, 'ok'],
  ['setsid', W, 'ok'],
  ['stdbuf', '-o0', W, 'ok'],
  ['time', W, 'ok'],
  ['xargs', W, 'ok'],
  ['flock', '/tmp', W, 'ok'],
  ['chroot', '/', W, 'ok'],
  ['nsenter', '-t', '1', '-a', W],
  ['unshare', W],
  ['sudo', W, 'ok'],
  ['su', '-c', W],
  ['script', '-c', W],
  ['strace', W],
  ['find', '.', '-maxdepth', '0', '-exec', W, 'ok', ';'],
  ['awk', `BEGIN{system("${W} ok")}`],
  ['perl', '-e', `exec "${W}"`],
  ['python3', '-c', `import os; os.execl("${W}", "x")`],
  ['node', '-e', 'require("child_process")'],
  ['/lib64/ld-linux-x86-64.so.2', '/bin/sh', W],
  ['/proc/self/exe', W],
  ['exec', W, 'ok'],
  ['command', W, 'ok'],
  ['eval', W],
  ['.', W],
];

const wrappers: AttackCase<Ground>[] = WRAPPERS.map((command) => ({
  tried: `an allowed command behind ${command.slice(0, 2).join(' ')}`,
  must: '403 not_allowed; nothing runs',
  why: 'rules speak of whole commands: a wrapper is another program, and runs whatever it is given',
  run: (ground) => expectRefused(ground, exactly(W, 'ok'), command),
}));

/** Other spellings of the path of the allowed program. */
const SPELLINGS: readonly (readonly [tried: string, spell: (path: string) => string])[] = [
  ['a doubled slash', (path) => path.replace(/\/([^/]+)$/, '//$1')],
  ['a dot segment', (path) => path.replace(/\/([^/]+)$/, '/./$1')],
  [
    'up and down again',
    (path) => join(dirname(path), 'x').replace(/x$/, `../${basename(dirname(path))}/${basename(path)}`),
  ],
  ['a slash at the end', (path) => `${path}/`],
  ['its name alone', basename],
  ['its name in the directory', (path) => `./${basename(path)}`],
  ['a path through /proc', (path) => `/proc/self/root${path}`],
  ['a dash before it, as login shells have', (path) => `-${basename(path)}`],
];

const spellings: AttackCase<Ground>[] = SPELLINGS.map(([tried, spell]) => ({
  tried: `the allowed program by ${tried}`,
  must: '403 not_allowed',
  why: 'paths are words: none is resolved, so none can be resolved wrongly',
  run: (ground) => expectRefused(ground, exactly(W), [spell(ground.witness)]),
}));

/** Runs with every right, to see what the machine itself makes of a command. @returns the exit code. */
async function exitCode(ground: Ground, body: Record<string, unknown>): Promise<unknown> {
  const { body: answer, text } = await ground.exec(ground.postern.session(), body);
  expect(answer, text).toHaveProperty('exit_code');
  return answer['exit_code'];
}

function put(ground: Ground, name: string, text: string, mode = 0o755): string {
  const path = join(ground.directory, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const others: AttackCase<Ground>[] = [
  {
    tried: 'a program in the working directory, by its name',
    must: '127: the directory is never searched',
    why: 'a PATH with an empty part or a dot runs what lies around',
    run: async (ground) => {
      expect(await exitCode(ground, { command: ['witness'], cwd: ground.directory })).toBe(127);
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'a variable assignment before the command',
    must: '127: FOO=1 is the name of a program',
    why: 'shells and allow-lists of coding agents skip assignments',
    run: async (ground) => {
      expect(await exitCode(ground, { command: ['FOO=1', ground.witness] })).toBe(127);
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'an assignment before the command of a rule',
    must: '403 not_allowed',
    why: 'the first word is the program',
    run: (ground) => expectRefused(ground, startingWith(W), ['LD_PRELOAD=/tmp/x.so', W]),
  },
  {
    tried: 'a file that is no program and names no interpreter',
    must: '126: it is not given to a shell',
    why: 'execvp(3) runs such files with sh, which is a shell nobody asked for',
    run: async (ground) => {
      const file = put(ground, 'bare', `${ground.witness} from-a-shell\n`);
      expect(await exitCode(ground, { command: [file] })).toBe(126);
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'an interpreter line that ends in a carriage return',
    must: '127, and nothing else is tried',
    why: 'the interpreter is called "sh\\r"; there is none',
    run: async (ground) => {
      const file = put(ground, 'crlf', `#!/bin/sh\r\n${ground.witness}\r\n`);
      expect(await exitCode(ground, { command: [file] })).toBe(127);
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'a file that may not be executed, a directory, a device, an empty file',
    must: '126 or 127 for each; the agent goes on',
    why: 'what cannot run is said to, and never worked around',
    run: async (ground) => {
      const plain = put(ground, 'plain', '#!/bin/sh\n', 0o644);
      for (const path of [plain, ground.directory, '/dev/null', '/dev/stdin', put(ground, 'empty', '')])
        expect([126, 127]).toContain(await exitCode(ground, { command: [path] }));
    },
  },
  {
    tried: 'a name longer than any path',
    must: '126 or 127; the agent goes on',
    why: 'looking it up in PATH must not overrun',
    run: async (ground) => {
      expect([126, 127]).toContain(await exitCode(ground, { command: ['x'.repeat(5000)] }));
      expect([126, 127]).toContain(await exitCode(ground, { command: [`/${'x'.repeat(5000)}`] }));
    },
  },
  {
    tried: 'a link to the allowed program, by the name of the link',
    must: '403 not_allowed',
    why: 'multi-call programs look at their name; links are not followed for the decision',
    run: async (ground) => {
      const link = join(ground.directory, 'link');
      symlinkSync(ground.witness, link);
      await expectRefused(ground, exactly(W), [link]);
    },
  },
  {
    tried: 'the allowed path, after somebody put another program there',
    must: 'the words are those of the rule, and whatever stands there runs',
    why: 'rules speak of words, not of files; who may write there needs no token. SECURITY.md says so',
    run: async (ground) => {
      const path = put(ground, 'swapped', '#!/bin/sh\nexit 3\n');
      const token = await ground.token(exactly(path));
      expect((await ground.exec(token, { command: [path] })).body).toMatchObject({ exit_code: 3 });
      renameSync(put(ground, 'swapped.new', '#!/bin/sh\nexit 4\n'), path);
      expect((await ground.exec(token, { command: [path] })).body).toMatchObject({ exit_code: 4 });
      expect((await ground.exec(token, { command: [path, 'more'] })).status).toBe(403);
    },
  },
  {
    tried: 'a home directory full of files programs obey, and no directory asked for',
    must: 'the directory of the caller’s choice is refused, the machine’s own is used',
    why: '.git/config, .npmrc and Makefiles run programs; where a command runs is not the caller’s to say',
    run: async (ground) => {
      const hostile = join(ground.directory, 'hostile');
      mkdirSync(hostile, { recursive: true });
      const token = await ground.token(exactly('pwd'));
      const refused = await ground.exec(token, { command: ['pwd'], cwd: hostile });
      expect(refused.body['code']).toBe('not_allowed');
      const allowed = await ground.exec(token, { command: ['pwd'] });
      expect(String(allowed.body['stdout'])).not.toContain(hostile);
      rmSync(hostile, { recursive: true });
    },
  },
];

export const programs: AttackClass<Ground> = {
  name: 'Programs: paths, names, links and wrappers',
  about: 'the holder of a token for certain programs, who reaches for others',
  cases: [...wrappers, ...spellings, ...others],
};
