/** Spends a one-time join token: the agent makes its key pair and tells the server the public half. */
import { AGENT_JOIN_PATH, errorBodySchema, joinAnswerSchema } from '@postern/contract';
import { createAgentKey } from '@postern/exec';
import { AgentError, type Identity } from './config.ts';

/** @throws AgentError with the server's sentence. */
export async function join(
  server: string,
  token: string,
): Promise<{ identity: Identity; machineId: string }> {
  const key = createAgentKey();
  const url = `${server.replace(/\/$/, '')}${AGENT_JOIN_PATH}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        join_token: token,
        public_key: Buffer.from(key.publicKey).toString('base64url'),
      }),
    });
  } catch (cause) {
    throw new AgentError(`cannot reach ${server}`, { cause });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const error = errorBodySchema.safeParse(body);
    throw new AgentError(error.success ? error.data.error : `the server answered ${response.status}`);
  }
  const answer = joinAnswerSchema.parse(body);
  const identity: Identity = { version: 1, server, agent_id: answer.agent_id, private_key: key.privateKey };
  return { identity, machineId: answer.machine_id };
}
