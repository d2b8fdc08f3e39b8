/**
 * How an agent proves who it is, on every connection: it signs a challenge of the gateway with the Ed25519 key it
 * made when it joined. The gateway keeps the public key alone. A challenge is used once, and the signature covers
 * what it is for and who it is from, so that it is worth nothing anywhere else.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

const CONTEXT = 'postern agent link v1';

export interface AgentKey {
  /** PKCS#8 in PEM: kept by the agent, mode 0600. */
  readonly privateKey: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

export function createAgentKey(): AgentKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'jwk' }).x ?? '';
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: Buffer.from(raw, 'base64url'),
  };
}

/** The public half of a private key in PEM, 32 bytes. */
export function publicKeyOf(privateKey: string): Uint8Array {
  const { x } = createPublicKey(createPrivateKey(privateKey)).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url');
}

/** @param challenge random bytes of the gateway, base64url. */
export function proveAgent(privateKey: string, agentId: string, challenge: string): string {
  return sign(null, signedText(agentId, challenge), createPrivateKey(privateKey)).toString('base64url');
}

export function verifyAgentProof(
  publicKey: Uint8Array,
  agentId: string,
  challenge: string,
  proof: string,
): boolean {
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
  });
  return verify(null, signedText(agentId, challenge), key, Buffer.from(proof, 'base64url'));
}

function signedText(agentId: string, challenge: string): Buffer {
  return Buffer.from(`${CONTEXT}\n${agentId}\n${challenge}`);
}
