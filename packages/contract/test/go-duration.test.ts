import { describe, expect, test } from 'vitest';
import { formatGoDuration, parseGoDuration } from '../src/index.ts';

describe('parseGoDuration', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['48h', 172_800_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['90s', 90_000],
    ['100ms', 100],
    ['-5m', -300_000],
    ['+1s', 1000],
    ['1µs', 1],
    ['1ns', 1],
    ['-1ns', -1],
    ['175200h0m0s', 630_720_000_000],
  ])('%s', (text, milliseconds) => {
    expect(parseGoDuration(text)).toBe(milliseconds);
  });

  test.each([
    '',
    '48',
    '2d',
    '1h30',
    'h',
    '1.2.3s',
    '1 h',
    's1',
    '--1s',
    'constructor',
    '1constructor',
    '2562048h',
    '∞h',
  ])('refuses %j', (text) => {
    expect(() => parseGoDuration(text)).toThrowError(expect.objectContaining({ code: 'bad_request' }));
  });

  test.each(['48h0m0s', '1h30m0s', '175200h0m0s', '1m30s', '1.5s', '100ms', '-5m0s', '0s'])(
    'prints %s',
    (text) => {
      expect(formatGoDuration(parseGoDuration(text))).toBe(text);
    },
  );
});
