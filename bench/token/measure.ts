/**
 * Interleaved rounds: every case sees the same machine, and none pays for the garbage of the one before it.
 *
 * What is counted is the processor's time, of every thread of the process: on a machine with other work to do the clock
 * also counts the others' turns.
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

/** Milliseconds of one measurement of one case. */
const SLICE_MS = 100;
/** Milliseconds before it that do not count. */
const WARM_UP_MS = 10;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Microseconds of processor time of one run of each case: the median of the rounds. */
export async function measure(cases: readonly Case[], rounds: number): Promise<Map<string, number>> {
  const times = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let round = -2; round < rounds; round += 1) {
    for (const { name, run } of cases) {
      const took = await slice(run);
      if (round >= 0) times.get(name)?.push(took);
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
}

async function slice(run: () => unknown): Promise<number> {
  collectGarbage({ type: 'minor' });
  await repeat(run, WARM_UP_MS);
  const begun = process.cpuUsage();
  const count = await repeat(run, SLICE_MS);
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / count;
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
