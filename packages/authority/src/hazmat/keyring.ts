/** Opened root signing keys, by id. Bytes stay in private fields; callers borrow a key for one call. */
import { randomBytes } from 'node:crypto';
import type { KeyRecord } from '@postern/store';
import { AuthorityError } from '../errors.ts';
import { KEY_BYTES, openKey, sealKey } from './seal.ts';

/** First byte of the key id in our tokens. */
const KID_VERSION = 1;
const KEY_ID_BYTES = 8;

interface OpenedKey {
  readonly generation: number;
  readonly retired: boolean;
  readonly bytes: Uint8Array;
}

export class Keyring {
  #keyEncryptionKey: Uint8Array;
  readonly #keys = new Map<string, OpenedKey>();

  /**
   * @param keyEncryptionKey 32 bytes; copied.
   * @throws AuthorityError when it is not 32 bytes, or a record does not open under it.
   */
  constructor(keyEncryptionKey: Uint8Array, records: readonly KeyRecord[]) {
    if (keyEncryptionKey.length !== KEY_BYTES) {
      throw new AuthorityError('bad_request', `a key-encryption key has ${KEY_BYTES} bytes`);
    }
    this.#keyEncryptionKey = Uint8Array.from(keyEncryptionKey);
    for (const record of records) this.add(record);
  }

  /** Takes in a sealed generation, such as one just made. */
  add(record: KeyRecord): void {
    const bytes = openKey(this.#keyEncryptionKey, record.id, record.sealed);
    this.#keys.set(record.id, { generation: record.generation, retired: record.retiredAt !== null, bytes });
  }

  /** Makes the next generation, sealed. It counts once it is stored and {@link Keyring.add}ed. */
  generate(now: number): KeyRecord {
    const id = randomBytes(KEY_ID_BYTES).toString('hex');
    const generation = 1 + Math.max(0, ...[...this.#keys.values()].map((key) => key.generation));
    const sealed = sealKey(this.#keyEncryptionKey, id, randomBytes(KEY_BYTES));
    return { id, generation, sealed, createdAt: now, retiredAt: null };
  }

  retire(id: string): void {
    const key = this.#keys.get(id);
    if (key !== undefined) this.#keys.set(id, { ...key, retired: true });
  }

  /** The id of the newest generation that is not retired. */
  get newest(): string {
    const live = [...this.#keys]
      .filter(([, key]) => !key.retired)
      .sort(([, a], [, b]) => b.generation - a.generation);
    const [id] = live[0] ?? [];
    if (id === undefined)
      throw new AuthorityError('key_not_found', 'there is no signing key; run `postern keys rotate`');
    return id;
  }

  /** Whether tokens of a generation may still verify. */
  isLive(id: string): boolean {
    const key = this.#keys.get(id);
    return key !== undefined && !key.retired;
  }

  /**
   * Lends a key for one call. The function must not keep it.
   *
   * @throws AuthorityError `token_unknown_key`.
   */
  use<T>(id: string, borrow: (key: Uint8Array) => T): T {
    const key = this.#keys.get(id);
    if (key === undefined || key.retired) {
      throw new AuthorityError(
        'token_unknown_key',
        'the token was signed with a key this server does not have or has retired',
      );
    }
    return borrow(key.bytes);
  }

  /** Every key sealed anew under another key-encryption key, which is used from now on. */
  rewrap(keyEncryptionKey: Uint8Array): { readonly id: string; readonly sealed: Uint8Array }[] {
    if (keyEncryptionKey.length !== KEY_BYTES) {
      throw new AuthorityError('bad_request', `a key-encryption key has ${KEY_BYTES} bytes`);
    }
    this.#keyEncryptionKey = Uint8Array.from(keyEncryptionKey);
    return [...this.#keys].map(([id, key]) => ({
      id,
      sealed: sealKey(this.#keyEncryptionKey, id, key.bytes),
    }));
  }

  toJSON(): string {
    return '[redacted]';
  }
}

/** The key id bytes of a token: a version byte and the id. */
export function kidOf(keyId: string): Uint8Array {
  return Buffer.concat([Buffer.of(KID_VERSION), Buffer.from(keyId, 'hex')]);
}

/** The id in a token's key id, or undefined when the token is not one of ours. */
export function keyIdOf(kid: Uint8Array): string | undefined {
  if (kid.length !== 1 + KEY_ID_BYTES || kid[0] !== KID_VERSION) return undefined;
  return Buffer.from(kid.subarray(1)).toString('hex');
}
