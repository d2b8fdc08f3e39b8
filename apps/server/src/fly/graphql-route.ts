/** `POST /graphql`: always HTTP 200 with `errors`, because flyctl throws the body of any other answer away. */
import { PosternError } from '@postern/contract';
import {
  execute,
  GraphQLError,
  buildSchema,
  parse,
  validate,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { Context } from 'hono';
import { z } from 'zod';
import { findCaller } from '../http/caller.ts';
import { toPosternError } from '../http/error-answer.ts';
import { headersOf, incomingOf } from '../http/node-request.ts';
import { readJsonBody } from '../http/read-body.ts';
import { recordOf } from '../http/request-record.ts';
import { sourceOf } from '../http/source.ts';
import type { Services } from '../services.ts';
import { explainAbsence } from './absent.ts';
import type { FlyContext } from './context.ts';
import { resolvers } from './resolvers.ts';
import { SDL } from './schema.ts';

const requestSchema = z.object({
  query: z.string().max(20_000),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** Words in one query; each may cost a look-up. */
const MAX_TOKENS = 1000;

const schema: GraphQLSchema = buildSchema(SDL);

export async function answerGraphql(c: Context, services: Services): Promise<Response> {
  recordOf(incomingOf(c)).operation = 'fly.graphql';
  const result = await run(c, services).catch((thrown: unknown): ExecutionResult => ({
    data: null,
    errors: [toGraphqlError(thrown)],
  }));
  return c.json({
    data: result.data ?? null,
    ...(result.errors === undefined
      ? {}
      : { errors: result.errors.map((error) => describe(error, services)) }),
  });
}

async function run(c: Context, services: Services): Promise<ExecutionResult> {
  const caller = await findCaller(headersOf(incomingOf(c)), true, services);
  const parsed = requestSchema.safeParse(await readJsonBody(incomingOf(c)));
  if (!parsed.success) throw new PosternError('bad_request', 'a GraphQL request has a query and variables');
  const { query, variables, operationName } = parsed.data;
  const document = parse(query, { maxTokens: MAX_TOKENS });
  const problems = validate(schema, document);
  if (problems.length > 0) return { data: null, errors: explainAbsence(problems) };
  const contextValue: FlyContext = {
    caller,
    source: sourceOf(incomingOf(c), services.config.trustedProxies),
    services,
  };
  return execute({
    schema,
    document,
    rootValue: resolvers,
    contextValue,
    variableValues: variables ?? {},
    operationName: operationName ?? undefined,
  });
}

/** Words flyctl knows for the kinds of error. */
const CODES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENTS',
  401: 'UNAUTHORIZED',
  403: 'UNAUTHORIZED',
  404: 'NOT_FOUND',
  409: 'UNPROCESSABLE',
  422: 'UNPROCESSABLE',
};

function toGraphqlError(thrown: unknown): GraphQLError {
  return thrown instanceof GraphQLError
    ? thrown
    : new GraphQLError('failed', { originalError: thrown as Error });
}

/** flyctl prints the first message alone: the sentence and what to do next belong in it. */
function describe(error: GraphQLError, services: Services): Record<string, unknown> {
  const place = {
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.locations === undefined ? {} : { locations: error.locations }),
  };
  if (error.originalError === undefined) {
    return { message: error.message, ...place, extensions: { code: 'INVALID' } };
  }
  const known = toPosternError(error.originalError);
  if (known.status >= 500) services.log.error('graphql.failed', { code: known.code, message: known.message });
  const message = known.hint === undefined ? known.message : `${known.message} (${known.hint})`;
  return { message, ...place, extensions: { code: CODES[known.status] ?? 'SERVER_ERROR' } };
}
