/** Generations of the signing key: make, retire, seal anew. Bytes stay in hazmat. */
import { StoreError, type KeyRecord } from '@postern/store';
import { auditEntry, commitAudited } from './audit.ts';
import type { AuthorityContext, Origin } from './context.ts';
import { AuthorityError } from './errors.ts';

/** Makes the next generation, durably, before it signs anything. Older ones go on verifying. */
export async function rotateKeys(
  context: AuthorityContext,
  actor: string,
  origin: Origin,
): Promise<KeyRecord> {
  const key = context.keyring.generate(context.now());
  await commitAudited(context.store, [
    auditEntry({
      at: key.createdAt,
      action: 'key.create',
      outcome: 'done',
      actor,
      ...origin,
      details: { key: key.id, generation: key.generation },
    }),
    { kind: 'key.insert', key },
  ]);
  context.keyring.add(key);
  return key;
}

/**
 * Retires a generation: every token it signed stops verifying.
 *
 * @param expectedLiveTokens how many the caller was told would die; another number now is refused.
 * @throws AuthorityError `key_not_found`, or `conflict` for the newest generation and for another number.
 */
export async function retireKey(
  context: AuthorityContext,
  keyId: string,
  expectedLiveTokens: number,
  actor: string,
  origin: Origin,
): Promise<void> {
  if (!context.keyring.isLive(keyId)) {
    throw new AuthorityError('key_not_found', `there is no key ${keyId} that could be retired`, {
      hint: 'see `postern keys list`',
    });
  }
  if (context.keyring.newest === keyId) {
    throw new AuthorityError('conflict', 'this key signs new tokens; make its successor first', {
      hint: 'run `postern keys rotate`, then retire this one',
    });
  }
  const at = context.now();
  const live = await context.store.countLiveTokens(keyId, at);
  if (live !== expectedLiveTokens)
    throw otherNumber(`${live} live tokens would die, not ${expectedLiveTokens}`);
  try {
    await commitAudited(context.store, [
      auditEntry({
        at,
        action: 'key.retire',
        outcome: 'done',
        actor,
        ...origin,
        details: { key: keyId, live_tokens: live },
      }),
      { kind: 'key.retire', keyId, at, liveTokens: live },
    ]);
  } catch (error) {
    // A mint with this key was on its way, and came first.
    if (error instanceof StoreError && error.code === 'precondition') throw otherNumber(error.message, error);
    throw error;
  }
  context.keyring.retire(keyId);
  context.onDead((plan) => plan.keyId === keyId);
}

function otherNumber(message: string, cause?: unknown): AuthorityError {
  return new AuthorityError('conflict', message, {
    hint: 'look again with `postern keys list` and confirm the number',
    cause,
  });
}

/** Seals every signing key under another key-encryption key, in one durable unit. Tokens are not touched. */
export async function rewrapKeys(context: AuthorityContext, keyEncryptionKey: Uint8Array): Promise<number> {
  const sealed = context.keyring.rewrap(keyEncryptionKey);
  await commitAudited(context.store, [
    auditEntry({
      at: context.now(),
      action: 'key.rewrap',
      outcome: 'done',
      actor: 'system',
      details: { keys: sealed.length },
    }),
    ...sealed.map(({ id, sealed: bytes }) => ({ kind: 'key.reseal', keyId: id, sealed: bytes }) as const),
  ]);
  return sealed.length;
}
