/** Every operation of the contract as a route: find the caller, parse, handle, shape the answer. */
import {
  operations,
  PosternError,
  type InputOf,
  type Operation,
  type OperationKey,
  type Operations,
} from '@postern/contract';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { handlers } from '../operations/index.ts';
import type { Services } from '../services.ts';
import { findCaller, requirePerson, type Person } from './caller.ts';
import { errorBody, toPosternError } from './error-answer.ts';
import type { Handler, PersonFacts, RequestFacts } from './handler.ts';
import { bindings, goneSignal, headersOf, incomingOf } from './node-request.ts';
import { readJsonBody } from './read-body.ts';
import { recordOf, type RequestRecord } from './request-record.ts';
import { sourceOf } from './source.ts';
import { stringify } from './stringify.ts';

/** A handler with its operation's types forgotten: parsing has made sure of them. */
type AnyHandler = (input: InputOf<Operation>, facts: PersonFacts, services: Services) => Promise<unknown>;

export type Handlers = { readonly [Key in OperationKey]: Handler<Operations[Key]> };

export function addOperationRoutes(app: Hono, services: Services): void {
  const table: Handlers = handlers;
  for (const key of Object.keys(operations) as OperationKey[]) {
    addRoute(app, operations[key], table[key], services);
  }
}

function addRoute(app: Hono, operation: Operation, handler: AnyHandler, services: Services): void {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
  app.on(operation.method, path, async (c) => {
    const record = recordOf(incomingOf(c));
    record.operation = operation.name;
    try {
      // Who asks comes first: nobody else has a body read.
      const facts = await readFacts(c, operation, record, services);
      const input = await readInput(c, operation);
      const answer = await handler(input, facts, services);
      if (answer instanceof Response) return answer;
      return new Response(stringify(z.encode(operation.output, answer)), {
        status: operation.status,
        headers: { 'content-type': 'application/json' },
      });
    } catch (thrown) {
      return answerError(thrown, record, services);
    }
  });
}

async function readInput(c: Context, operation: Operation): Promise<InputOf<Operation>> {
  const hasBody = operation.method !== 'GET';
  return {
    params: parse(operation.params, c.req.param(), 'the path'),
    query: parse(operation.query, c.req.query(), 'the query'),
    body: parse(operation.body, hasBody ? await readJsonBody(incomingOf(c)) : {}, 'the request body'),
  };
}

function parse(schema: z.ZodType, value: unknown, where: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new PosternError(
    'bad_request',
    `${where} cannot be read${at}: ${issue?.message ?? 'it has the wrong form'}`,
  );
}

async function readFacts(
  c: Context,
  operation: Operation,
  record: RequestRecord,
  services: Services,
): Promise<PersonFacts> {
  const headers = headersOf(incomingOf(c));
  const changes = operation.method !== 'GET';
  const caller =
    operation.auth === 'none' ? ({ kind: 'nobody' } as const) : await findCaller(headers, changes, services);
  if (operation.auth !== 'none' && caller.kind === 'nobody') requirePerson(caller);
  const facts: RequestFacts & { readonly person: Person | undefined } = {
    caller,
    source: sourceOf(incomingOf(c), services.config.trustedProxies),
    requestId: record.id,
    trace: record.trace,
    // Made for who asks: few operations take long enough to care.
    get signal() {
      return goneSignal(c);
    },
    headers,
    setHeader: (name, value) => void bindings(c).outgoing.setHeader(name, value),
    person: operation.auth === 'session' ? requirePerson(caller) : undefined,
  };
  // Only handlers of `session` operations read `person`; for them it is there.
  return facts as PersonFacts;
}

/** One JSON error, logged with what the caller may not see. */
export function answerError(
  thrown: unknown,
  { id: requestId, operation }: RequestRecord,
  services: Services,
): Response {
  const error = toPosternError(thrown);
  services.metrics.refusal(error.code);
  if (error.status >= 500) {
    const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : undefined;
    services.log.error('request.failed', {
      requestId,
      operation,
      code: error.code,
      message: error.message,
      cause,
    });
  }
  return new Response(JSON.stringify(errorBody(error, requestId)), {
    status: error.status,
    headers: { 'content-type': 'application/json' },
  });
}
