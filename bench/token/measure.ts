/**
 * Interleaved rounds: every case sees the same machine, and none pays for the garbage of the one before it.
 *
 * Two times are taken. The clock is what a caller waits; on a machine with other work to do it also counts the others'
 * turns. The processor's is that of every thread of the process, the ones that collect garbage beside it included.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** A full collection would also drop what the compiler has learnt. */
const collectGarbage = runInNewContext('gc') as (options: { type: 'minor' }) => void;

export interface Case {
  readonly name: string;
  readonly run: () => unknown;
}

/** Microseconds of one run of a case. */
export interface Cost {
  readonly clock: number;
  readonly processor: number;
}

/** Milliseconds of one measurement of one case. */
const SLICE_MS = 100;
/** Milliseconds before it that do not count. */
const WARM_UP_MS = 10;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** What one run of each case costs: the medians of the rounds. */
export async function measure(cases: readonly Case[], rounds: number): Promise<Map<string, Cost>> {
  const times = new Map<string, Cost[]>(cases.map(({ name }) => [name, []]));
  for (let round = -2; round < rounds; round += 1) {
    for (const { name, run } of cases) {
      const took = await slice(run);
      if (round >= 0) times.get(name)?.push(took);
    }
  }
  return new Map(
    [...times].map(([name, costs]) => [
      name,
      {
        clock: median(costs.map(({ clock }) => clock)),
        processor: median(costs.map(({ processor }) => processor)),
      },
    ]),
  );
}

async function slice(run: () => unknown): Promise<Cost> {
  collectGarbage({ type: 'minor' });
  await repeat(run, WARM_UP_MS);
  const used = process.cpuUsage();
  const begun = performance.now();
  const count = await repeat(run, SLICE_MS);
  const clock = ((performance.now() - begun) * 1000) / count;
  const { user, system } = process.cpuUsage(used);
  return { clock, processor: (user + system) / count };
}

/** Runs a case for so long; how often it ran. */
async function repeat(run: () => unknown, milliseconds: number): Promise<number> {
  const until = performance.now() + milliseconds;
  let count = 0;
  do {
    for (let i = 0; i < 32; i += 1) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    count += 32;
  } while (performance.now() < until);
  return count;
}
