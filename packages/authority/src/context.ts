/** What every operation of the authority works with, made once. */
import type { TokenCrypto } from '@postern/token';
import type { Store } from '@postern/store';
import type { DecodedHeaders } from './decoded-headers.ts';
import type { Keyring } from './hazmat/index.ts';
import type { ExecPlan } from './exec-plan.ts';
import type { UsageCounter } from './usage.ts';
import type { VerificationCache } from './verification-cache.ts';

/** Says of a plan whether its token has died. */
export type PlanMatch = (plan: Pick<ExecPlan, 'tokenId' | 'keyId'>) => boolean;

export interface AuthorityContext {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly crypto: TokenCrypto;
  /** Location of our tokens. It never selects a key; a token of another location is refused. */
  readonly location: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly usage: UsageCounter;
  readonly decoded: DecodedHeaders;
  readonly verified: VerificationCache;
  /** Told which plans lost their permission, so that running execs of them end. */
  readonly onDead: (matches: PlanMatch) => void;
}

/** A signed-in person, as {@link verifySession} found them. */
export interface Person {
  readonly userId: number;
  readonly publicId: string;
  readonly email: string;
}

/** Where a request came from, for the audit log. */
export interface Origin {
  readonly source: string | null;
}
