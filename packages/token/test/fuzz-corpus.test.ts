/** What the fuzzer kept, findings among it, is run again: no target throws anything but a typed error. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isExpected, seedsOf, TARGETS } from '../../../scripts/fuzz/targets.ts';

const folder = new URL('../../../vectors/fuzz/', import.meta.url);
const corpusOf = (name: string): Uint8Array[] => {
  const hexes = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as string[];
  return hexes.map((hex) => Buffer.from(hex, 'hex'));
};

test('every target has a corpus, and every corpus a target', () => {
  const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
  expect(names.toSorted()).toEqual(Object.keys(TARGETS).toSorted());
});

test.each(Object.entries(TARGETS))('%s', (name, target) => {
  const inputs = [...corpusOf(name), ...seedsOf(name)];
  expect(inputs.length).toBeGreaterThan(5);
  for (const input of inputs) {
    try {
      target(input);
    } catch (error) {
      if (!isExpected(error)) throw new Error(Buffer.from(input).toString('hex'), { cause: error });
    }
  }
});
