/** The model behind the output view: whole characters, sequences kept together, bounded whatever comes. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createOutput, type Output } from '../src/execs/output.ts';
import { shownText } from '../src/execs/terminal-text.ts';

beforeAll(() => {
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => setImmediate(work));
  vi.stubGlobal('cancelAnimationFrame', (handle: NodeJS.Immediate) => clearImmediate(handle));
});
afterAll(() => vi.unstubAllGlobals());

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function settled(output: Output): Promise<ReturnType<Output['get']>> {
  await new Promise<void>((resolve) => {
    const forget = output.subscribe(() => {
      forget();
      resolve();
    });
  });
  return output.get();
}

const textOf = ({ blocks }: ReturnType<Output['get']>): string => blocks.map(({ text }) => text).join('');

test('bytes cut anywhere come out as the same text', async () => {
  const text =
    'añ🙂\u001b[31;1mred\u001b[0m\r\nnext\u001b]8;;http://x.example\u0007link\u001b]8;;\u0007 \u001b(B end';
  const output = createOutput();
  for (const byte of bytesOf(text)) output.write('stdout', Uint8Array.of(byte));
  output.end();
  const shown = await settled(output);
  expect(textOf(shown)).toBe(text);
  expect(shown.bytes).toEqual({ stdout: bytesOf(text).length, stderr: 0 });
  expect(shown.sequences).toBe(true);
});

test('no block ends within a character or a sequence', async () => {
  const part = '🙂\u001b[38;5;196mword\u001b[0m';
  const output = createOutput();
  output.write('stdout', bytesOf(part.repeat(6000)));
  output.end();
  const { blocks } = await settled(output);
  expect(blocks.length).toBeGreaterThan(4);
  expect(blocks.map(({ text }) => text).join('')).toBe(part.repeat(6000));
  for (const { text } of blocks) {
    expect(text.isWellFormed()).toBe(true);
    expect(shownText(text, false)).toMatch(/^(?:🙂|word|w|wo|wor|ord|rd|d)*$/);
  }
});

test('a block of short lines ends with a line', async () => {
  const output = createOutput();
  for (let line = 0; line < 5000; line += 1) output.write('stdout', bytesOf(`line ${line}\n`));
  const { blocks } = await settled(output);
  expect(blocks.length).toBeGreaterThan(5);
  for (const { text } of blocks) expect(text.endsWith('\n')).toBe(true);
});

test('channels stay apart, in the order they came', async () => {
  const output = createOutput();
  output.write('stdout', bytesOf('one '));
  output.write('stderr', bytesOf('bad '));
  output.write('stdout', bytesOf('two'));
  const { blocks } = await settled(output);
  expect(blocks.map(({ channel, text }) => [channel, text])).toEqual([
    ['stdout', 'one '],
    ['stderr', 'bad '],
    ['stdout', 'two'],
  ]);
});

test('half a character of one channel is not completed by the other', async () => {
  const [first = 0, second = 0] = bytesOf('é');
  const output = createOutput();
  output.write('stdout', Uint8Array.of(first));
  output.write('stderr', Uint8Array.of(second));
  output.end();
  const { blocks } = await settled(output);
  expect(blocks.map(({ text }) => text).toSorted()).toEqual(['\ufffd', '\ufffd']);
});

test('only the end is kept of much, and what is left out is counted', async () => {
  const output = createOutput(100_000);
  const line = bytesOf('0123456789abcde\n');
  for (let count = 0; count < 200_000; count += 1) output.write('stdout', line);
  output.write('stdout', bytesOf('the end'));
  const shown = await settled(output);
  const kept = textOf(shown);
  expect(kept.length).toBeLessThanOrEqual(100_000);
  expect(kept.length).toBeGreaterThan(50_000);
  expect(kept.length + shown.dropped).toBe(200_000 * 16 + 7);
  expect(kept.endsWith('the end')).toBe(true);
});

test('one line without an end is bounded too, and so is a sequence without one', async () => {
  const output = createOutput(100_000);
  for (let count = 0; count < 2000; count += 1) output.write('stdout', bytesOf('x'.repeat(1000)));
  output.write('stdout', bytesOf('\u001b]0;'));
  for (let count = 0; count < 2000; count += 1) output.write('stdout', bytesOf('y'.repeat(1000)));
  output.end();
  const kept = textOf(await settled(output));
  expect(kept.length).toBeLessThanOrEqual(100_000);
  expect(kept.endsWith('y')).toBe(true);
});

test.each([
  ['colours', 'a\u001b[1;31mb\u001b[0mc', 'abc', 'a\\u{1b}[1;31mb\\u{1b}[0mc'],
  ['a title', '\u001b]0;owned\u0007x', 'x', '\\u{1b}]0;owned\\u{7}x'],
  ['a link', '\u001b]8;;http://e.example\u001b\\x', 'x', '\\u{1b}]8;;http://e.example\\u{1b}\\x'],
  ['clear and home', '\u001b[2J\u001b[Hx', 'x', '\\u{1b}[2J\\u{1b}[Hx'],
  ['a lone escape', 'a\u001b', 'a\\u{1b}', 'a\\u{1b}'],
  ['C1 controls', 'a\u009b31mb', 'a\\u{9b}31mb', 'a\\u{9b}31mb'],
  ['backspaces', 'rm\b\bls', 'rm\\u{8}\\u{8}ls', 'rm\\u{8}\\u{8}ls'],
  ['carriage returns hide nothing', 'evil\rgood\r\nx', 'evil\ngood\nx', 'evil\ngood\nx'],
  ['direction', 'a\u202eb', 'a\\u{202e}b', 'a\\u{202e}b'],
  ['tabs stay', 'a\tb', 'a\tb', 'a\tb'],
])('%s', (_, text, plain, spelled) => {
  expect(shownText(text, false)).toBe(plain);
  expect(shownText(text, true)).toBe(spelled);
});
