/** Times ways to do one thing, interleaved, so that a busy moment of the machine meets all of them. */

const PORTIONS = 10;

export interface Way {
  readonly name: string;
  /** How many of the rounds: the slow ones need fewer. */
  readonly share: number;
  once(): Promise<unknown>;
}

export interface Measured {
  readonly p50: number;
  readonly p99: number;
  /** A second, of the median portion: one that met a busy moment of the machine does not count. */
  readonly rate: number;
}

/** Runs every way `rounds` times its share, `width` at a time. */
export async function measure(
  ways: readonly Way[],
  rounds: number,
  width: number,
): Promise<Map<Way, Measured>> {
  const times = new Map<Way, number[]>();
  const rates = new Map<Way, number[]>();
  for (const way of ways) {
    await portion(way, Math.max(width, Math.round(rounds * way.share * 0.1)), width);
    times.set(way, []);
    rates.set(way, []);
  }
  for (let index = 0; index < PORTIONS; index += 1) {
    for (const way of ways) {
      const count = Math.max(width, Math.round((rounds * way.share) / PORTIONS));
      const started = performance.now();
      times.get(way)?.push(...(await portion(way, count, width)));
      rates.get(way)?.push((count * 1000) / (performance.now() - started));
    }
  }
  return new Map(
    ways.map((way) => {
      const all = sorted(times.get(way) ?? []);
      return [way, { p50: at(all, 0.5), p99: at(all, 0.99), rate: at(sorted(rates.get(way) ?? []), 0.5) }];
    }),
  );
}

async function portion(way: Way, count: number, width: number): Promise<number[]> {
  const times: number[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const before = performance.now();
      await way.once();
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return times;
}

const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);
const at = (list: readonly number[], share: number): number =>
  list[Math.floor((list.length - 1) * share)] ?? 0;
