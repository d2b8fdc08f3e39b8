/** The permission to run one argv on one machine. Only {@link authorizeExec} can make one. */
import type { Access } from '@postern/token';

declare const authorized: unique symbol;

export interface ExecPlan {
  readonly [authorized]: true;
  readonly execId: string;
  readonly organizationId: number;
  readonly appId: number;
  readonly machineId: string;
  /** Exactly what runs, frozen. */
  readonly argv: readonly string[];
  /** What was cleared. */
  readonly access: Access;
  /** Canonical bytes of the caveats that were cleared, for the agent to clear again; empty for a person. */
  readonly caveats: Uint8Array;
  readonly tokenId: string | null;
  /** The key generation that signed the token. */
  readonly keyId: string | null;
  readonly userId: number | null;
}

/** The facts of a plan before it is one. */
export type PlanFacts = Omit<ExecPlan, typeof authorized>;

/** Used by authorize-exec.ts alone, after every caveat has been cleared and the decision is in the audit log. */
export function planOf(facts: PlanFacts): ExecPlan {
  return Object.freeze({ ...facts, argv: Object.freeze([...facts.argv]) }) as ExecPlan;
}
