/** The reader of shell blocks: what it would overlook, no page would be held to. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { insisting, missingLine, shellBlocks } from './shell-blocks.ts';

const run = (script: string): number | null =>
  spawnSync('bash', ['-euo', 'pipefail', '-c', insisting(script)], { encoding: 'utf8' }).status;

test('a command shown as refused that is allowed fails the page', () => {
  expect(run('true || test $? -eq 77\n')).toBe(98);
  expect(run('true || echo "refused with exit code $?"\n')).toBe(98);
  expect(run(`echo 'it'"'"'s' | cat || test $? -eq 77\n`)).toBe(98);
});

test('a command shown as refused must be refused with the code that is shown', () => {
  expect(run('sh -c "exit 77" || test $? -eq 77\n')).toBe(0);
  expect(run('sh -c "exit 77" | cat || test $? -eq 77\n')).toBe(0);
  expect(run('sh -c "exit 67" || test $? -eq 77\n')).toBe(1);
  expect(run('sh -c "exit 67" || echo "refused with exit code $?"\n')).toBe(0);
});

test('every block is run but those that say why not', () => {
  const page = 'a\n\n```sh\none\n```\n\n<!-- not run: needs a browser -->\n```sh\ntwo\n```\n';
  expect(shellBlocks(page).map(({ line, script }) => [line, script])).toEqual([[3, 'one\n']]);
  expect(shellBlocks('<!-- not run: -->\n```sh\ntwo\n```\n')).toHaveLength(1);
});

test('what a page shows as printed must be printed, in that order', () => {
  const page = '```sh\none\n```\n\nIt prints:\n\n<!-- prints -->\n```text\na … c\nd\n```\n';
  const prints = ['a … c', 'd'];
  expect(shellBlocks(page.replace('It prints:\n\n', ''))[0]?.prints).toEqual(prints);
  expect(missingLine('a b c\nx\nd\n', prints)).toBe(undefined);
  expect(missingLine('d\na b c\n', prints)).toBe('d');
  expect(missingLine('a b\nd\n', prints)).toBe('a … c');
});
