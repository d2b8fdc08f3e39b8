/** What every operation of the authority works with, made once. */
import type { TokenCrypto } from '@postern/token';
import type { Store } from '@postern/store';
import type { Keyring } from './hazmat/index.ts';
import type { UsageCounter } from './usage.ts';

export interface AuthorityContext {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly crypto: TokenCrypto;
  /** Location of our tokens. It never selects a key; a token of another location is refused. */
  readonly location: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly usage: UsageCounter;
  /** Told of every token that dies, so that its running execs end. */
  readonly onRevoked: (tokenIds: readonly string[]) => void;
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
