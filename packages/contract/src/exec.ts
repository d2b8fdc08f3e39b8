/** One exec as data: what is to run, what the agent is told, how it ended. */
import { z } from 'zod';

/** Limits of one exec. Bytes unless the name says otherwise. */
export const EXEC_LIMITS = {
  /** Words of one command. */
  argvWords: 4096,
  /** All words together, with one byte for each end. */
  argvBytes: 256 * 1024,
  /** Variables one request may set. */
  envVariables: 256,
  /** Names and values of all variables together. */
  envBytes: 128 * 1024,
  /** The path of a working directory. */
  cwdBytes: 4096,
  /** Characters of a user's name. */
  userChars: 64,
  /** Output kept or sent of one channel of a streamed exec: no limit worth a refusal, but a number. */
  outputBytes: 1024 ** 4,
  /** Milliseconds between the polite signal and the one that cannot be refused. */
  graceMs: 2000,
  /** Milliseconds for whoever takes the output of a command that was ended to take the rest of it. */
  patienceMs: 4000,
  /** Bytes in flight on one channel before the writer waits. */
  windowBytes: 256 * 1024,
  /** Bytes of one frame at most. */
  frameBytes: 64 * 1024,
} as const;

const word = z
  .string()
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'text without NUL bytes, well-formed');

const environmentSchema = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), word);

export const terminalSchema = z.strictObject({
  cols: z.number().int().min(1).max(10_000),
  rows: z.number().int().min(1).max(10_000),
  // A file name of terminfo: it goes into the environment of the command.
  term: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/)
    .default('xterm-256color'),
});

export const execSpecSchema = z.strictObject({
  argv: z.array(word).min(1).max(EXEC_LIMITS.argvWords),
  /** Whether the caller sends stdin; otherwise the command reads end of file at once. */
  stdin: z.boolean(),
  tty: terminalSchema.nullable(),
  timeoutMs: z.number().int().min(1),
  cwd: word.max(EXEC_LIMITS.cwdBytes).nullable(),
  user: word.max(EXEC_LIMITS.userChars).nullable(),
  env: environmentSchema,
  /** Bytes of each output channel after which the rest is dropped and said to be. */
  outputLimitBytes: z.number().int().min(0),
});
export type ExecSpec = z.infer<typeof execSpecSchema>;

/** Why an exec ended. The first cause wins. */
export const OUTCOME_REASONS = [
  'exited',
  'signaled',
  'timed-out',
  'cancelled',
  'caller-gone',
  'revoked',
  'machine-removed',
  'agent-shutdown',
  'connection-lost',
  'start-failed',
  'refused-by-agent',
] as const;
export const reasonSchema = z.enum(OUTCOME_REASONS);
export type OutcomeReason = z.infer<typeof reasonSchema>;

export const execOutcomeSchema = z.object({
  reason: reasonSchema,
  exitCode: z.number().int().nullable(),
  /** Number of the signal that ended the command. */
  exitSignal: z.number().int().nullable(),
  /** Milliseconds. */
  durationMs: z.number(),
  stdoutBytes: z.number().int(),
  stderrBytes: z.number().int(),
  stdoutTruncated: z.boolean(),
  stderrTruncated: z.boolean(),
  /** For `start-failed` and `refused-by-agent`: why, in one clause. */
  message: z.string().nullable(),
});
export type ExecOutcome = z.infer<typeof execOutcomeSchema>;

/** What the gateway tells an agent. The agent clears the caveats again before it runs anything. */
export const execOrderSchema = z.strictObject({
  execId: z.string(),
  machineId: z.string(),
  /** Decimal: ids have 64 bits in tokens. */
  organizationId: z.string().regex(/^\d+$/),
  appId: z.string().regex(/^\d+$/),
  /** The time the gateway cleared for, in milliseconds: an agent's clock may be wrong by hours. */
  clearedAt: z.number().int(),
  /** Address the request came from, as cleared. */
  sourceAddress: z.string().nullable(),
  /** Canonical bytes of the cleared caveats, in base64. */
  caveats: z.string(),
  spec: execSpecSchema,
  /** W3C trace context of the exec, where it is traced. */
  traceparent: z.string().max(64).optional(),
});
export type ExecOrder = z.infer<typeof execOrderSchema>;

/**
 * The exit code a shell would report: the command's own, 128 + n for signal n, 124 for a timeout, 126 and 127 for
 * a command that could not be started.
 */
export function shellExitCode(outcome: Pick<ExecOutcome, 'reason' | 'exitCode' | 'exitSignal'>): number {
  if (outcome.reason === 'timed-out') return 124;
  if (outcome.exitCode !== null) return outcome.exitCode;
  if (outcome.exitSignal !== null) return 128 + outcome.exitSignal;
  return 255;
}
