/**
 * The machine's own word: a file on the machine that the server cannot override. It only restricts; without one, what
 * the caveats allow is allowed. docs/machines.md describes it.
 */
import type { ExecSpec } from '@postern/contract';
import { commandMatches } from '@postern/token';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AgentError } from './config.ts';

const ruleSchema = z.strictObject({
  args: z.array(z.string()).min(1),
  /** False allows or denies everything that starts with these words. */
  exact: z.boolean().default(false),
});

const policySchema = z.strictObject({
  version: z.literal(1),
  /** When given, a command must match one. */
  allow: z.array(ruleSchema).optional(),
  /** A command must match none; stronger than `allow`. */
  deny: z.array(ruleSchema).default([]),
  /** Users that may be chosen; when given, others are refused. */
  users: z.array(z.string()).optional(),
  /** Names of environment variables that may be set; when given, others are refused. */
  environment: z.array(z.string()).optional(),
  /** Working directories that may be chosen; when given, others are refused. */
  directories: z.array(z.string()).optional(),
  /** Ways to machines this agent may use; when given, machines reached otherwise are refused. */
  drivers: z.array(z.enum(['process', 'docker', 'ssh'])).optional(),
  terminals: z.boolean().default(true),
  /** Whether the server may start, stop, signal and look into machines that this agent serves. */
  control: z.boolean().default(true),
  /** Seconds a command may ask for at most. */
  max_timeout: z.number().int().min(1).optional(),
  /** Of each command, kept by the system. */
  limits: z
    .strictObject({
      pids: z.number().int().min(1).optional(),
      memory_bytes: z
        .number()
        .int()
        .min(1024 * 1024)
        .optional(),
    })
    .default({}),
  /** Whether commands may not gain privileges (`sudo`, set-uid programs). */
  no_new_privileges: z.boolean().default(false),
});
export type Policy = z.infer<typeof policySchema>;

/**
 * @param isRequired whether a missing file is a mistake: the operator named it.
 * @throws AgentError; an agent with a policy it cannot read runs nothing.
 */
export function readPolicy(file: string, isRequired: boolean): Policy | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (isMissing && !isRequired) return undefined;
    throw new AgentError(`cannot read the policy ${file}`, { cause });
  }
  return parsePolicy(text, file);
}

/** @throws AgentError. */
export function parsePolicy(text: string, file: string): Policy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AgentError(`${file} is not JSON`, { cause });
  }
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) throw new AgentError(`${file} is no policy: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Whether machines that are reached in this way are served. */
export function policyServes(policy: Policy | undefined, kind: string): boolean {
  return policy?.drivers === undefined || policy.drivers.some((known) => known === kind);
}

/** @returns why the policy refuses a command, or undefined. */
export function policyRefusal(policy: Policy, spec: ExecSpec): string | undefined {
  const { argv, user, cwd, env, tty, timeoutMs } = spec;
  if (policy.deny.some((rule) => commandMatches(rule, argv))) return 'its policy denies this command';
  if (policy.allow !== undefined && !policy.allow.some((rule) => commandMatches(rule, argv))) {
    return 'its policy does not allow this command';
  }
  if (user !== null && policy.users?.includes(user) === false)
    return `its policy does not allow the user ${user}`;
  if (cwd !== null && policy.directories?.includes(cwd) === false) {
    return `its policy does not allow the directory ${cwd}`;
  }
  const variable = Object.keys(env).find((name) => policy.environment?.includes(name) === false);
  if (variable !== undefined) return `its policy does not allow to set ${variable}`;
  if (tty !== null && !policy.terminals) return 'its policy allows no terminal';
  if (policy.max_timeout !== undefined && timeoutMs > policy.max_timeout * 1000) {
    return `its policy allows at most ${policy.max_timeout} s`;
  }
  return undefined;
}
