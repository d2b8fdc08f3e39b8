/** Spends a one-time join token: the agent's public key is kept, and the machine is its. */
import { auditEntry, commitAudited, hashSecret, newId } from '@postern/authority';
import { joinRequestSchema, PosternError, type joinAnswerSchema } from '@postern/contract';
import { StoreError } from '@postern/store';
import type { Context } from 'hono';
import type { z } from 'zod';
import { incomingOf } from '../http/node-request.ts';
import { readJsonBody } from '../http/read-body.ts';
import { sourceOf } from '../http/source.ts';
import type { Services } from '../services.ts';

/** @throws PosternError `login_failed` for a join token that is unknown, expired or spent. */
export async function joinAgent(c: Context, services: Services): Promise<z.infer<typeof joinAnswerSchema>> {
  const parsed = joinRequestSchema.safeParse(await readJsonBody(incomingOf(c)));
  if (!parsed.success)
    throw new PosternError('bad_request', 'a join request has a join_token and a public_key');
  const source = sourceOf(incomingOf(c), services.config.trustedProxies);
  return services.guesses.guess(source, () => spend(parsed.data, source, services));
}

async function spend(
  request: z.infer<typeof joinRequestSchema>,
  source: string,
  { store, now }: Services,
): Promise<z.infer<typeof joinAnswerSchema>> {
  const hash = hashSecret(request.join_token);
  const machine = await store.findMachineByJoin(hash, now());
  if (machine === undefined) throw joinFailed();
  const agentId = newId('agt');
  try {
    await commitAudited(store, [
      auditEntry({
        at: now(),
        action: 'agent.join',
        outcome: 'done',
        actor: `agent:${agentId}`,
        organizationId: machine.organizationId,
        appId: machine.appId,
        machineId: machine.id,
        source,
      }),
      {
        kind: 'agent.insert',
        id: agentId,
        organizationId: machine.organizationId,
        publicKey: Buffer.from(request.public_key, 'base64url'),
        at: now(),
      },
      { kind: 'join.consume', hash, agentId, at: now() },
    ]);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'precondition') throw joinFailed();
    throw error;
  }
  return { agent_id: agentId, machine_id: machine.id };
}

function joinFailed(): PosternError {
  return new PosternError('login_failed', 'the join token is unknown, expired or already used', {
    hint: 'make a new one with `postern machines add`',
  });
}
