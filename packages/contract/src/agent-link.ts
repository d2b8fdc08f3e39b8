/**
 * How an agent joins and how its link opens. Joining spends a one-time token; the link opens with three text
 * messages: challenge, proof, welcome. What follows is binary, see packages/exec/src/link/message.ts.
 */
import { z } from 'zod';

/** Where an agent opens its link, as a WebSocket. */
export const AGENT_LINK_PATH = '/v1/agents/link';

/** Where a join token is spent. */
export const AGENT_JOIN_PATH = '/v1/agents/join';

export const joinRequestSchema = z.strictObject({
  join_token: z.string().max(128),
  /** Ed25519 public key, 32 bytes in base64url. */
  public_key: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

export const joinAnswerSchema = z.object({ agent_id: z.string(), machine_id: z.string() });

export const challengeSchema = z.object({
  type: z.literal('challenge'),
  challenge: z.string().min(32).max(128),
});

export const proofSchema = z.strictObject({
  type: z.literal('proof'),
  agent_id: z.string().max(64),
  proof: z.string().max(128),
  /** A link that lost its connection, and how many of its messages the agent has. */
  resume: z.strictObject({ session: z.string().max(64), received: z.number().int().min(0) }).optional(),
});

export type Proof = z.infer<typeof proofSchema>;

export const welcomeSchema = z.object({
  type: z.literal('welcome'),
  /** In the first welcome of a connection. */
  link: z
    .object({
      session: z.string().max(64),
      /** Whether the link the agent asked for goes on; otherwise it is over, and so are its commands. */
      resumed: z.boolean(),
      /** Messages of the agent that the gateway has. */
      received: z.number().int().min(0),
    })
    .optional(),
  machines: z.array(
    z.object({
      id: z.string(),
      organization_id: z.string(),
      app_id: z.string(),
      driver: z.object({ kind: z.string() }).catchall(z.unknown()),
    }),
  ),
});
export type Welcome = z.infer<typeof welcomeSchema>;
