/** How long an agent waits before it connects again. */
import { expect, test } from 'vitest';
import { backoffMs } from '../src/run.ts';

test('twice as long each time, up to fifteen seconds, however long the server is gone', () => {
  expect([0, 1, 2, 7, 8, 100, 5000].map((attempt) => backoffMs(attempt, 0.5))).toEqual([
    100, 200, 400, 12_800, 15_000, 15_000, 15_000,
  ]);
});

test('each between half and one and a half times that: a thousand agents do not come at once', () => {
  expect([backoffMs(8, 0), backoffMs(8, 0.999_999)].map(Math.round)).toEqual([7500, 22_500]);
});
