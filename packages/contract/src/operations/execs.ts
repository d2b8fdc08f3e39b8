import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { defineOperation } from '../operation.ts';
import { execSchema } from '../resources.ts';
import { nextCursor, nothing, ok, pageQuery, reference } from './common.ts';
import { machineParams } from './machines.ts';

const execParams = z.strictObject({ exec: reference });

export const runExec = defineOperation({
  name: 'machines.exec',
  method: 'POST',
  path: '/v1/apps/{app}/machines/{machine}/exec',
  summary: 'Run one command on a machine and answer its outcome; as a stream on request',
  auth: 'access',
  status: 200,
  params: machineParams,
  query: nothing,
  body: z.strictObject({
    /** A command line, split by POSIX shell-word rules without any expansion. */
    cmd: z.string().optional(),
    /** An argv. Exactly one of `cmd` and `command` is given. */
    command: z.array(z.string()).optional(),
    stdin: z.string().optional(),
    /** `base64` when stdin is not text. */
    stdin_encoding: z.enum(['utf8', 'base64']).optional(),
    /** Seconds. */
    timeout: z.number().optional(),
    cwd: z.string().max(4096).optional(),
    user: z.string().max(64).optional(),
    env: z.record(z.string(), z.string()).optional(),
    detach: z.boolean().optional(),
    container: z.string().max(256).optional(),
    machine: z.boolean().optional(),
  }),
  output: z.object({
    exit_code: z.number().int(),
    exit_signal: z.number().int(),
    stdout: z.string(),
    stderr: z.string(),
    /** How `stdout` and `stderr` are written; absent means UTF-8 text. */
    stdout_encoding: z.literal('base64').optional(),
    stderr_encoding: z.literal('base64').optional(),
    stdout_truncated: z.boolean().optional(),
    stderr_truncated: z.boolean().optional(),
    exec_id: z.string(),
    reason: z.string(),
    duration_ms: z.number(),
  }),
});

export const listExecs = defineOperation({
  name: 'execs.list',
  method: 'GET',
  path: '/v1/apps/{app}/execs',
  summary: 'Execs of an app, newest first',
  auth: 'session',
  status: 200,
  params: z.strictObject({ app: reference }),
  query: z.strictObject({
    ...pageQuery,
    machine: reference.optional(),
    token: reference.optional(),
    /** `failed`: ended in any way but by itself with exit code 0. */
    state: z.enum(['running', 'done', 'failed', 'unknown']).optional(),
  }),
  body: nothing,
  output: z.object({ execs: z.array(execSchema), next_cursor: nextCursor }),
});

export const showExec = defineOperation({
  name: 'execs.show',
  method: 'GET',
  path: '/v1/execs/{exec}',
  summary: 'One exec',
  auth: 'token',
  status: 200,
  params: execParams,
  query: z.strictObject({
    /** Wait up to this many seconds for the exec to end. */
    wait: z.coerce.number().min(0).max(LIMITS.waitMaxSeconds).optional(),
  }),
  body: nothing,
  output: execSchema,
});

export const readExecOutput = defineOperation({
  name: 'execs.output',
  method: 'GET',
  path: '/v1/execs/{exec}/output',
  summary: 'Output that was kept of an exec: from a place on, waiting for more while it runs',
  auth: 'token',
  status: 200,
  params: execParams,
  query: z.strictObject({
    /** Where the answer before ended; 0 for the beginning. */
    after: z.coerce.number().int().min(0).default(0),
    /** Seconds to wait for more while the exec runs. */
    wait: z.coerce.number().min(0).max(30).default(0),
  }),
  body: nothing,
  output: z.object({
    chunks: z.array(
      z.object({
        channel: z.enum(['stdout', 'stderr']),
        /** Milliseconds since the start. */
        at_ms: z.number(),
        /** Bytes in base64. */
        data: z.string(),
      }),
    ),
    next: z.number().int(),
    /** Whether the exec has ended and everything that was kept has been given. */
    complete: z.boolean(),
    exec: execSchema,
  }),
});

export const killExec = defineOperation({
  name: 'execs.kill',
  method: 'POST',
  path: '/v1/execs/{exec}/kill',
  summary: 'End a running exec, or send it a signal',
  auth: 'token',
  status: 200,
  params: execParams,
  query: nothing,
  body: z.strictObject({ signal: z.string().max(16).optional() }),
  output: ok,
});
