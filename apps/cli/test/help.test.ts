import { afterAll, describe, expect, test } from 'vitest';
import { cliReference } from '../../../scripts/cli-reference.ts';
import { root } from '../src/commands/index.ts';
import type { AnyCommand, Group } from '../src/core/command.ts';
import { splitShellWords } from '@postern/contract';
import { findCommand } from '../src/core/find-command.ts';
import { parseWords } from '../src/core/parse-words.ts';
import { commandHelp, groupHelp } from '../src/core/help.ts';
import { makeWorld } from './postern.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const world = makeWorld();
afterAll(() => world.remove());

interface Entry {
  readonly path: string;
  readonly help: string;
  readonly command: AnyCommand | undefined;
  readonly hidden: boolean;
}

async function entries(path: string, group: Group): Promise<Entry[]> {
  const own: Entry = { path, help: groupHelp(path, group), command: undefined, hidden: group.hidden };
  const below = await Promise.all(
    Object.entries(group.children).map(async ([name, node]) => {
      const full = `${path} ${name}`;
      if (node.kind === 'group') return entries(full, node);
      const command = await node.load();
      return [{ path: full, help: commandHelp(full, command), command, hidden: node.hidden }];
    }),
  );
  return [own, ...below.flat()];
}

function missing(): never {
  throw new Error('a group has no command');
}

const all = await entries('postern', root);
const leaves = all.filter((entry) => entry.command !== undefined && !entry.hidden);

describe('help', () => {
  test.each(all)('of $path is pinned', ({ help }) => {
    expect(help).toMatchSnapshot();
  });

  test.each([['tokens', 'create', 'machine-exec'], ['machine', 'exec'], ['tokens'], []])(
    'is what the program prints: %s %s %s',
    async (...words) => {
      const ran = await world.run([...words.filter((word) => word !== undefined), '--help']);
      const path = ['postern', ...words].join(' ').trim();
      expect(ran).toEqual({
        code: 0,
        signal: null,
        stdout: all.find((entry) => entry.path === path)?.help,
        stderr: '',
      });
    },
  );

  test('fits 100 columns', () => {
    const wide = all.flatMap(({ path, help }) =>
      help
        .split('\n')
        .filter((line) => line.length > 100 && !line.startsWith('  $ '))
        .map((line) => `${path}: ${line}`),
    );
    expect(wide).toEqual([]);
  });

  test.each(leaves)('of $path has an example of itself', ({ path, command }) => {
    const lines = command?.examples.map(({ line }) => line) ?? [];
    const nouns = path.replace('postern machine ', 'postern machines ');
    expect(lines.some((line) => line.includes(path) || line.includes(nouns))).toBe(true);
  });

  test.each(leaves)('of $path has examples that parse', async ({ command }) => {
    for (const { line } of command?.examples ?? []) {
      const own = /postern .*/.exec(line.replace(/ [|>].*$|\)"? http.*$|\)$/, ''))?.[0] ?? '';
      const { node, path, words } = findCommand(root, splitShellWords(own.replace(/ < .*$/, '')).slice(1));
      if (node.kind === 'group') throw new Error(`${line} names a group`);
      expect(() => parseWords(path, command ?? missing(), words), line).not.toThrow();
    }
  });

  test.each(leaves)('of $path tells what --json prints, when it can', ({ command }) => {
    expect(command !== undefined && 'json' in command.flags && command.flags['json']?.hidden !== true).toBe(
      command?.json !== undefined && !Object.hasOwn(command.json, '[].location'),
    );
  });

  test('every command prints JSON on request, but those that print nothing or what a command printed', () => {
    const without = leaves.filter(({ command }) => command !== undefined && !('json' in command.flags));
    expect(without.map(({ path }) => path)).toEqual([
      'postern serve',
      'postern exec attach',
      'postern exec replay',
      'postern completion',
    ]);
  });

  test('no command gives a flag two meanings', () => {
    for (const { path, command } of leaves) {
      const letters = Object.values(command?.flags ?? {}).flatMap(({ short }) => short ?? []);
      expect(new Set(letters).size, path).toBe(letters.length);
      expect(letters, path).not.toContain('h');
      expect(letters, path).not.toContain('t');
    }
  });
});

describe('the reference page', () => {
  test('is in step with the commands', async () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../../docs/reference/cli.md'), 'utf8');
    expect(page, 'run: node scripts/cli-reference.ts').toBe(await cliReference());
  });
});
