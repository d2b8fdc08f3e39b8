/**
 * Each case in a process of its own, in interleaved rounds: every case sees the same machine, and none pays for the
 * garbage of another, or for what the compiler has learnt from it.
 *
 * Two times are taken. The clock is what a caller waits; on a machine with other work to do it also counts the others'
 * turns. The processor's is that of every thread of the process, the ones that collect garbage beside it included.
 */
import { execFileSync } from 'node:child_process';

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
const SLICE_MS = 200;
/** Milliseconds before it that do not count: code is compiled, the heap finds its size. */
const WARM_UP_MS = 300;
/** What a process is told that measures one case. */
const ONE_CASE = '--case=';

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/**
 * What one run of each case costs: the medians of the rounds. Call it once in a program, with all its cases: in a
 * process that was started for one of them it does not return.
 */
export async function measure(cases: readonly Case[], rounds: number): Promise<Map<string, Cost>> {
  const wanted = process.argv.find((word) => word.startsWith(ONE_CASE))?.slice(ONE_CASE.length);
  if (wanted !== undefined) {
    const found = cases.find(({ name }) => name === wanted);
    if (found === undefined) throw new Error(`no case ${wanted}`);
    console.log(JSON.stringify(await slice(found.run)));
    process.exit();
  }
  const costs = new Map<string, Cost[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name } of cases) costs.get(name)?.push(measureApart(name));
  }
  return new Map(
    [...costs].map(([name, all]) => [
      name,
      {
        clock: median(all.map(({ clock }) => clock)),
        processor: median(all.map(({ processor }) => processor)),
      },
    ]),
  );
}

function measureApart(name: string): Cost {
  const [program = ''] = process.argv.slice(1);
  const said = execFileSync(process.execPath, [program, `${ONE_CASE}${name}`], { encoding: 'utf8' });
  return JSON.parse(said) as Cost;
}

async function slice(run: () => unknown): Promise<Cost> {
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
