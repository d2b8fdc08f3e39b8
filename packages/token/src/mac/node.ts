/** {@link TokenCrypto} over `node:crypto`: always available in Node, and the yardstick for every other one. */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import type { TokenCrypto } from '../crypto.ts';

const TAG_BYTES = 16;

export const nodeCrypto: TokenCrypto = {
  hmacSha256: (key, message) => createHmac('sha256', key).update(message).digest(),
  hmacChain(key, messages, ends) {
    const results = new Uint8Array(ends.length * 32);
    let current = key;
    let start = 0;
    for (const [index, end] of ends.entries()) {
      current = createHmac('sha256', current).update(messages.subarray(start, end)).digest();
      results.set(current, index * 32);
      start = end;
    }
    return results;
  },
  sha256: (message) => createHash('sha256').update(message).digest(),
  sha1: (message) => createHash('sha1').update(message).digest(),
  seal(key, nonce, plaintext) {
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  },
  open(key, nonce, sealed) {
    if (sealed.length < TAG_BYTES) return undefined;
    const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plaintext = decipher.update(sealed.subarray(0, -TAG_BYTES));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plaintext;
  },
  randomBytes: (length) => randomBytes(length),
};
