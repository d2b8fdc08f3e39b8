/** What goes into an operation and what comes out, as rows for people: for the reference and the page of a server. */
import { z } from 'zod';
import type { Operation } from './operation.ts';

export interface DescribedField {
  readonly name: string;
  /** Where an input goes; absent for answers. */
  readonly place: 'path' | 'query' | 'body' | undefined;
  /** In words, with Markdown backticks around literals. */
  readonly type: string;
}

export interface DescribedOperation {
  readonly inputs: readonly DescribedField[];
  readonly outputs: readonly DescribedField[];
}

export function describeOperation(operation: Operation): DescribedOperation {
  return {
    inputs: [
      ...fields(operation.params, 'path'),
      ...fields(operation.query, 'query'),
      ...fields(operation.body, 'body'),
    ],
    outputs: fields(operation.output, undefined),
  };
}

/** The part of JSON Schema that zod writes here. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly maxLength?: number;
  readonly maximum?: number;
}

function fields(schema: z.ZodType, place: DescribedField['place']): DescribedField[] {
  const io = place === undefined ? 'output' : 'input';
  const found = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema;
  if (found.properties === undefined && place === undefined)
    return [{ name: '(the whole answer)', place, type: typeOf(found) }];
  return Object.entries(found.properties ?? {}).map(([name, field]) => {
    const required = place === 'body' && found.required?.includes(name) === true ? ', required' : '';
    const initial = field.default === undefined ? '' : `, default \`${JSON.stringify(field.default)}\``;
    return { name, place, type: `${typeOf(field)}${place === undefined ? '' : required + initial}` };
  });
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined)
    return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array')
    return `list of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`;
  if (schema.type === 'object' && schema.properties !== undefined) {
    const names = Object.keys(schema.properties).map((name) => `\`${name}\``);
    return `object with ${names.join(', ')}`;
  }
  const type = schema.type ?? 'anything';
  if (schema.maxLength !== undefined) return `${type}, at most ${schema.maxLength} characters`;
  const bounded = schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER;
  return bounded ? `${type}, at most ${schema.maximum}` : type;
}
