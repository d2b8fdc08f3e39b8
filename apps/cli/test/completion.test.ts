/** Completion scripts, loaded into the real shells. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { candidates } from '../src/core/complete.ts';
import { root } from '../src/commands/index.ts';
import { BIN, makeWorld } from './postern.ts';
import { openProgram } from './terminal.ts';

const world = makeWorld();
afterAll(() => world.remove());

const bin = join(world.home, 'bin');
mkdirSync(bin);
symlinkSync(BIN, join(bin, 'postern'));
symlinkSync(process.execPath, join(bin, 'node'));
/** Bracketed paste is switched on: the line editor reads keys from now on. A prompt may not be drawn when a child ends at that moment. */
const READS_A_LINE = '\u001B[?2004h';
const env = { ...world.env, PATH: `${bin}${delimiter}${world.env['PATH'] ?? ''}` };
const shell = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { env, encoding: 'utf8', cwd: world.home });

describe('candidates', () => {
  const names = async (...words: string[]): Promise<string[]> =>
    (await candidates(root, words)).map((line) => line.split('\t')[0] ?? '');

  test('of commands, flags and values', async () => {
    expect(await names('tok')).toEqual(['tokens']);
    expect(await names('tokens', 'create', '')).toEqual(['machine-exec', 'deploy', 'org', 'readonly']);
    expect(await names('token', 'create', 'machine-exec', '--comm')).toEqual([
      '--command',
      '--command-prefix',
    ]);
    expect(await names('tokens', 'list', '--status', 'r')).toEqual(['revoked']);
    expect(await names('tokens', 'list', '--status=e')).toEqual(['--status=expired']);
    expect(await names('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await names('--ser')).toEqual(['--server']);
    expect(await names('tokens', 'list', '--status', '=')).toContain('live');
    expect(await names('tokens', 'list', '--status', '=', 'r')).toEqual(['revoked']);
  });

  test('are files where files are wanted, and after --', async () => {
    expect(await names('tokens', 'attenuate', '--file', '')).toEqual([':files']);
    expect(await names('machine', 'exec', '--', 'l')).toEqual([':files']);
  });

  test('are none where nothing fits, and hidden names stay hidden', async () => {
    expect(await names('nonsense', 'x')).toEqual([]);
    expect(await names('tokens', 'dep')).toEqual([]);
    expect(await names('__com')).toEqual([]);
  });
});

describe('bash', () => {
  const complete = (...words: string[]): string[] =>
    shell(
      'bash',
      '--norc',
      '-c',
      `source <(postern completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _postern; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      'postern',
      ...words,
    )
      .trim()
      .split('\n');

  test('completes commands and flags', () => {
    expect(complete('tokens', 'a')).toEqual(['attenuate']);
    expect(complete('tokens', 'create', 'machine-exec', '--no-r')).toEqual(['--no-read']);
    expect(complete('tokens', 'list', '--status', 'l')).toEqual(['live', 'long_lived']);
  });
});

describe('zsh', () => {
  test('loads and completes', () => {
    const script = `
      autoload -Uz compinit; compinit -u -D
      source <(postern completion zsh)
      [[ "\${_comps[postern]}" == _postern ]] || { print "not registered"; exit 1 }
      _describe() { print -l -- "\${(@P)4}" }
      words=(postern tokens a); CURRENT=3
      _postern`;
    expect(shell('zsh', '-f', '-c', script)).toBe('attenuate:Narrow a token, offline\n');
  });
});

describe('fish', () => {
  test('loads and completes', () => {
    const script = `postern completion fish | source; complete -C 'postern tokens a'`;
    expect(shell('fish', '--no-config', '-c', script)).toBe('attenuate\tNarrow a token, offline\n');
  });
});

describe('the key Tab, typed on a terminal', () => {
  test.each([
    ['bash', ['bash', '--norc', '--noprofile', '-i'], ''],
    ['zsh', ['zsh', '-f', '-i'], 'autoload -Uz compinit; compinit -u -D; '],
  ])('in %s', async (name, program, before) => {
    const terminal = openProgram(program, world.home, { env, columns: 120 });
    terminal.type(`${before}source <(postern completion ${name}); echo loa''ded\r`);
    await terminal.see('loaded\r\n');
    await terminal.see(READS_A_LINE);
    terminal.type('postern tok\t');
    await terminal.see('postern tokens');
    terminal.type('att\t');
    await terminal.see('attenuate');
    terminal.type('--no-r\t');
    await terminal.see('--no-read');
    // Ctrl-U takes the line away.
    terminal.type('\u0015postern tokens list --status=rev\t');
    await terminal.see('--status=revoked');
    terminal.type('\u0015exit 0\r');
    expect((await terminal.end()).code).toBe(0);
  });
});
