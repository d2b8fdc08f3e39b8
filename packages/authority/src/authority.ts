/**
 * The authority: holds the keys; mints, verifies, revokes. The one part of Postern that can say "allowed".
 */
import type { Access, TokenCrypto } from '@postern/token';
import type { KeyRecord, Store, TokenRecord } from '@postern/store';
import { authorizeAccess } from './authorize-access.ts';
import { authorizeExec, type ExecRequest } from './authorize-exec.ts';
import { checkHeader, type CheckedHeader, type CheckedToken } from './check-header.ts';
import type { AuthorityContext, Origin, Person, PlanMatch } from './context.ts';
import { DecodedHeaders } from './decoded-headers.ts';
import type { ExecPlan } from './exec-plan.ts';
import { Keyring } from './hazmat/index.ts';
import { mint, type Minted, type MintRequest } from './mint.ts';
import { retireKey, rewrapKeys, rotateKeys } from './keys.ts';
import { findToken, rename, revoke } from './revoke.ts';
import { rotate, type Rotated, type RotateRequest } from './rotate.ts';
import {
  createLogin,
  createSession,
  endSession,
  redeemLogin,
  verifySession,
  type NewSession,
} from './sessions.ts';
import { UsageCounter } from './usage.ts';
import { VerificationCache } from './verification-cache.ts';
import { verifyAudit, type AuditCheck } from './verify-audit.ts';

export interface AuthorityOptions {
  readonly store: Store;
  /** Seals root signing keys at rest; 32 bytes. */
  readonly keyEncryptionKey: Uint8Array;
  readonly crypto: TokenCrypto;
  readonly location: string;
  readonly now: () => number;
}

export interface Authority {
  mint(person: Person, request: MintRequest, origin: Origin): Promise<Minted>;
  authorizeExec(request: ExecRequest): Promise<ExecPlan>;
  authorizeAccess(
    header: string,
    access: Access,
    what: string,
    controls: boolean,
    origin: Origin,
  ): Promise<CheckedToken>;
  /** Which tokens of a header verify. Decides nothing. */
  checkHeader(header: string): Promise<CheckedHeader>;
  findToken(person: Person, tokenId: string): Promise<TokenRecord>;
  revoke(person: Person, tokenId: string, reason: string | null, origin: Origin): Promise<TokenRecord>;
  rename(person: Person, tokenId: string, name: string, origin: Origin): Promise<TokenRecord>;
  createSession(person: Person, origin: Origin, how: string): Promise<NewSession>;
  verifySession(token: string): Promise<Person>;
  endSession(person: Person, token: string, origin: Origin): Promise<void>;
  createLogin(
    forUser: Person,
    by: string,
    origin: Origin,
  ): Promise<{ readonly secret: string; readonly expiresAt: number }>;
  redeemLogin(secret: string, origin: Origin): Promise<NewSession>;
  verifyAudit(): Promise<AuditCheck>;
  /** Calls back when tokens have died, with which plans that concerns. */
  subscribeRevocations(listener: (matches: PlanMatch) => void): () => void;
  rotate(person: Person, tokenId: string, request: RotateRequest, origin: Origin): Promise<Rotated>;
  rotateKeys(person: Person, origin: Origin): Promise<KeyRecord>;
  retireKey(person: Person, keyId: string, expectedLiveTokens: number, origin: Origin): Promise<void>;
  /** Seals every signing key under another key-encryption key; returns how many. */
  rewrapKeys(keyEncryptionKey: Uint8Array): Promise<number>;
  /** Writes counted uses; call every few seconds and before closing. */
  flushUsage(): Promise<void>;
}

/** Opens the keyring, making the first key generation when there is none. */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const { store, crypto, location, now } = options;
  const keyring = new Keyring(options.keyEncryptionKey, await store.listKeys());
  const listeners = new Set<(matches: PlanMatch) => void>();
  const context: AuthorityContext = {
    store,
    keyring,
    crypto,
    location,
    now,
    usage: new UsageCounter(),
    decoded: new DecodedHeaders(crypto),
    verified: new VerificationCache(crypto),
    onDead: (matches) => listeners.forEach((listener) => listener(matches)),
  };
  if ((await store.listKeys()).length === 0) await rotateKeys(context, 'system', { source: null });
  let verifying: Promise<AuditCheck> | undefined;
  return {
    mint: (person, request, origin) => mint(context, person, request, origin),
    authorizeExec: (request) => authorizeExec(context, request),
    authorizeAccess: (header, access, what, controls, origin) =>
      authorizeAccess(context, header, access, what, controls, origin),
    checkHeader: (header) => checkHeader(context, header),
    findToken: (person, tokenId) => findToken(context, person, tokenId),
    revoke: (person, tokenId, reason, origin) => revoke(context, person, tokenId, reason, origin),
    rename: (person, tokenId, name, origin) => rename(context, person, tokenId, name, origin),
    rotate: (person, tokenId, request, origin) => rotate(context, person, tokenId, request, origin),
    rotateKeys: (person, origin) => rotateKeys(context, `user:${person.email}`, origin),
    retireKey: (person, keyId, expected, origin) =>
      retireKey(context, keyId, expected, `user:${person.email}`, origin),
    rewrapKeys: (keyEncryptionKey) => rewrapKeys(context, keyEncryptionKey),
    createSession: (person, origin, how) => createSession(context, person, origin, how),
    verifySession: (token) => verifySession(context, token),
    endSession: (person, token, origin) => endSession(context, person, token, origin),
    createLogin: (forUser, by, origin) => createLogin(context, forUser, by, origin),
    redeemLogin: (secret, origin) => redeemLogin(context, secret, origin),
    // However many ask at a time, the log is read once: it goes on to what was written while it is read.
    verifyAudit: () =>
      (verifying ??= verifyAudit(store).finally(() => {
        verifying = undefined;
      })),
    subscribeRevocations: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    flushUsage: () => context.usage.flush(store),
  };
}
