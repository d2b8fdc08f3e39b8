/** Operations as data: one value per HTTP operation, from which routes, clients and OpenAPI are made. */
import type { z } from 'zod';

/**
 * Who may call an operation.
 * - `none`: anybody; nothing is looked up.
 * - `session`: a signed-in person. Scoped tokens never manage anything.
 * - `access`: a session, or a token that allows the named action (`r` read, `w` run, `C` control).
 * - `token`: any credential that verifies; the operation itself says what it answers.
 */
export type OperationAuth = 'none' | 'session' | 'access' | 'token';

export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  Auth extends OperationAuth = OperationAuth,
> {
  /** `noun.verb`, unique. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with `{name}` segments, each a key of `params`. */
  readonly path: string;
  readonly summary: string;
  readonly auth: Auth;
  /** HTTP status of success. */
  readonly status: 200 | 201 | 202;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** What is answered. Keys that are not named here are dropped before sending. */
  readonly output: Output;
  /** Media type of success, where it is not JSON; then `output` is what each piece of it is. */
  readonly media?: 'text/event-stream';
}

/** Keeps the literal types of one operation. */
export function defineOperation<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Output extends z.ZodType,
  Auth extends OperationAuth,
>(operation: Operation<Params, Query, Body, Output, Auth>): Operation<Params, Query, Body, Output, Auth> {
  return operation;
}

export type InputOf<Op extends Operation> = {
  readonly params: z.output<Op['params']>;
  readonly query: z.output<Op['query']>;
  readonly body: z.output<Op['body']>;
};

export type OutputOf<Op extends Operation> = z.input<Op['output']>;
