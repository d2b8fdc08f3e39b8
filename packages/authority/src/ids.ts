/** Random public ids: a prefix and 16 base32 letters (80 bits). */
import { hash, randomBytes, randomFillSync } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Asking the system costs more than all the rest of an id; each byte is used once. Nothing secret is made of it. */
const POOL = new Uint8Array(256 * 16);
let poolAt = POOL.length;

export function newId(prefix: 'org' | 'app' | 'usr' | 'exec' | 'agt'): string {
  if (poolAt === POOL.length) {
    randomFillSync(POOL);
    poolAt = 0;
  }
  let id = `${prefix}_`;
  for (const end = poolAt + 16; poolAt < end; poolAt += 1) id += BASE32.charAt((POOL[poolAt] ?? 0) & 31);
  return id;
}

/**
 * The record id of a token, made from its uuid: the first 80 bits in base32. One look-up by the primary key finds the
 * record of a presented token, and no second index has to be kept.
 */
export function tokenIdOf(uuid: string): string {
  const hex = uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23);
  let id = 'tok_';
  // Five hexadecimal digits are four letters.
  for (let at = 0; at < 20; at += 5) {
    const bits = Number.parseInt(hex.slice(at, at + 5), 16);
    for (let shift = 15; shift >= 0; shift -= 5) id += BASE32.charAt((bits >> shift) & 31);
  }
  return id;
}

/** A machine id in the form flyctl knows: 14 hexadecimal characters. */
export function newMachineId(): string {
  return randomBytes(7).toString('hex');
}

/** A secret to be shown once: 256 random bits. Only its hash is kept. */
export function newSecret(prefix: 'fo1' | 'login' | 'join'): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a secret. It has 256 random bits, so a plain hash is enough. */
export function hashSecret(secret: string): Uint8Array {
  return hash('sha256', secret, 'buffer');
}
