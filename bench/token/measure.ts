/** Interleaved rounds: every case sees the same machine. */
export interface Case {
  readonly name: string;
  readonly run: () => unknown;
}

/** Milliseconds of one measurement of one case. */
const SLICE_MS = 40;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Microseconds of one run of each case: the median of the rounds. */
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
  const begun = performance.now();
  let count = 0;
  let elapsed: number;
  do {
    for (let i = 0; i < 32; i += 1) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    count += 32;
    elapsed = performance.now() - begun;
  } while (elapsed < SLICE_MS);
  return (elapsed / count) * 1000;
}
