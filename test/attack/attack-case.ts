/** An attack as a case: what is tried, what must happen, and why that is what must happen. */
import { describe, test } from 'vitest';

export interface AttackCase<World> {
  /** What the attacker does. Unique within its class. */
  readonly tried: string;
  readonly must: string;
  readonly why: string;
  readonly run: (world: World) => Promise<void> | void;
}

export interface AttackClass<World> {
  readonly name: string;
  /** Who attacks, and what with. */
  readonly about: string;
  readonly cases: readonly AttackCase<World>[];
}

/** @param world what the cases attack, asked for when it has been started. */
export function describeAttack<World>({ name, cases }: AttackClass<World>, world: () => World): void {
  describe(name, () => {
    for (const { tried, run } of cases) test(tried, async () => run(world()));
  });
}
