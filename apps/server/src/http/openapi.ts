/** The OpenAPI 3.1 document, made from the operations table. */
import { errorBodySchema, operations, type Operation } from '@postern/contract';
import { z } from 'zod';

type Json = Record<string, unknown>;

/** @returns a JSON-serializable OpenAPI document. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of Object.values(operations)) {
    const path = (paths[operation.path] ??= {});
    path[operation.method.toLowerCase()] = operationObject(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Postern',
      version,
      description: 'Machine-exec tokens: mint, list, revoke, and run the commands they allow.',
    },
    security: [{ bearer: [] }],
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  };
}

function operationObject(operation: Operation): Json {
  const parameters = [
    ...properties(operation.params, 'input').map(([name, schema]) => ({
      name,
      in: 'path',
      required: true,
      schema,
    })),
    ...properties(operation.query, 'input').map(([name, schema]) => ({
      name,
      in: 'query',
      required: false,
      schema,
    })),
  ];
  const hasBody = properties(operation.body, 'input').length > 0;
  return {
    operationId: operation.name,
    summary: operation.summary,
    ...(operation.auth === 'none' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody
      ? { requestBody: { content: { 'application/json': { schema: jsonSchema(operation.body, 'input') } } } }
      : {}),
    responses: {
      [String(operation.status)]: {
        description: 'success',
        content: {
          [operation.media ?? 'application/json']: { schema: jsonSchema(operation.output, 'output') },
        },
      },
      default: {
        description: 'an error, with a stable code',
        content: { 'application/json': { schema: jsonSchema(errorBodySchema, 'output') } },
      },
    },
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function properties(schema: z.ZodType, io: 'input' | 'output'): [string, unknown][] {
  const { properties: found } = jsonSchema(schema, io);
  return typeof found === 'object' && found !== null ? Object.entries(found) : [];
}
