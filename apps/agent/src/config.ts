/** The agent's identity: a file of mode 0600 that `join` writes and `run` reads. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const identitySchema = z.strictObject({
  version: z.literal(1),
  server: z.url(),
  agent_id: z.string(),
  /** PKCS#8 in PEM. */
  private_key: z.string(),
});
export type Identity = z.infer<typeof identitySchema>;

/** A mistake in how the agent was started or set up; its message is the whole answer. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
}

/** @throws AgentError when the file is missing or not an identity. */
export function readIdentity(file: string): Identity {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new AgentError(`cannot read ${file}; run \`postern-agent join\` first`, { cause });
  }
  const parsed = identitySchema.safeParse(value);
  if (!parsed.success)
    throw new AgentError(`${file} is not an agent identity: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Written beside and renamed, so that a crash leaves the old file or the new one. */
export function writeIdentity(file: string, identity: Identity): void {
  const beside = `${file}.new`;
  writeFileSync(beside, `${JSON.stringify(identity, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(beside, file);
}
