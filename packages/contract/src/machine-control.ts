/** What the gateway may ask of a machine itself, beside running commands on it, and what the agent tells about it. */
import { z } from 'zod';

/** Limits of what is asked of a machine. */
export const CONTROL_LIMITS = {
  /** Seconds a machine is given to stop when nobody says. */
  stopSeconds: 10,
  /** Seconds a machine may be given to stop. */
  stopMaxSeconds: 3600,
  /** Seconds a driver may need on top. */
  answerSeconds: 30,
  /** Processes that are listed. */
  processes: 4096,
  /** Characters of a command that are listed. */
  commandChars: 4096,
} as const;

export const machineActSchema = z.enum(['start', 'stop', 'restart', 'signal', 'ps']);
/** What a machine can be asked for, where its driver can. */
export type MachineAct = z.infer<typeof machineActSchema>;

export const machineAskSchema = z.strictObject({
  machineId: z.string().max(64),
  act: machineActSchema,
  /** For `signal`, and to stop with. A name, `SIGTERM`. */
  signal: z.string().max(16).nullable(),
  /** For `stop` and `restart`: seconds before it is stopped the hard way. */
  timeoutSeconds: z.number().int().min(0).max(CONTROL_LIMITS.stopMaxSeconds),
});
export type MachineAsk = z.infer<typeof machineAskSchema>;

/** One process of a machine. */
export const processSchema = z.object({
  pid: z.number().int(),
  /** Seconds since the start of the system at which it started. */
  stime: z.number(),
  /** Seconds it has been there. */
  rtime: z.number(),
  command: z.string().max(CONTROL_LIMITS.commandChars),
  directory: z.string().max(CONTROL_LIMITS.commandChars),
  /** Seconds of processor time. */
  cpu: z.number(),
  /** Bytes of memory. */
  rss: z.number(),
  listen_sockets: z.array(z.object({ proto: z.string(), address: z.string() })),
});
export type MachineProcess = z.infer<typeof processSchema>;

export const machineAnswerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), processes: z.array(processSchema).max(CONTROL_LIMITS.processes) }),
  z.object({
    ok: z.literal(false),
    /** Whether the driver cannot do it, the machine forbids it, or it was tried and failed. */
    why: z.enum(['unsupported', 'refused', 'failed']),
    message: z.string().max(2000),
  }),
]);
export type MachineAnswer = z.infer<typeof machineAnswerSchema>;

/** What the agent says about a machine it serves, unasked, whenever it has changed. */
export const machineReportSchema = z.object({
  id: z.string().max(64),
  state: z.enum(['started', 'stopped']),
  features: z.array(z.string().max(32)).max(32),
});
export type MachineReport = z.infer<typeof machineReportSchema>;

export const machineReportsSchema = z.object({ machines: z.array(machineReportSchema).max(10_000) });
