/** Random public ids: a prefix and 16 base32 letters (80 bits). */
import { createHash, randomBytes } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

export function newId(prefix: 'org' | 'app' | 'usr' | 'tok' | 'exec' | 'agt'): string {
  const letters = Array.from(randomBytes(16), (byte) => BASE32.charAt(byte & 31));
  return `${prefix}_${letters.join('')}`;
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
  return createHash('sha256').update(secret).digest();
}
