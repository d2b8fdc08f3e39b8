/** From an operation and its input to one HTTP request. */
import { PosternError, type Operation } from '@postern/contract';
import type { HttpRequest } from './transport.ts';

export interface OperationInput {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** Where requests go and who sends them. */
export interface Target {
  /** Base address of the server, such as `http://127.0.0.1:7070`. */
  readonly server: string;
  /** Value of the `Authorization` header; absent when a cookie says who asks. */
  readonly authorization?: string | undefined;
  /** More headers on each request, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** @throws PosternError `bad_request` for input that does not fit the operation; nothing is sent then. */
export function buildRequest(target: Target, operation: Operation, input: OperationInput): HttpRequest {
  const params = parse(operation, 'params', input.params);
  const query = parse(operation, 'query', input.query);
  const sendsBody = operation.method === 'POST' || operation.method === 'PATCH';
  const body = sendsBody ? JSON.stringify(parse(operation, 'body', input.body)) : undefined;
  return {
    method: operation.method,
    url: joinUrl(target.server, fillPath(operation.path, params) + queryString(query)),
    headers: {
      accept: 'application/json',
      ...target.headers,
      ...(target.authorization === undefined ? {} : { authorization: target.authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  };
}

/** Joins a base address, with or without a path of its own, and an absolute path. */
export function joinUrl(server: string, path: string): string {
  return server.replace(/\/+$/, '') + path;
}

/** Puts each parameter into its place, percent-encoded. */
export function fillPath(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => {
    const value = params[name];
    // `.` and `..` would be resolved away by every URL parser, and name another path.
    if (typeof value !== 'string' || value === '' || value === '.' || value === '..') {
      throw new PosternError('bad_request', `"${String(value)}" cannot stand for ${name} in a path`);
    }
    return encodeURIComponent(value);
  });
}

function queryString(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      search.set(name, String(value));
    }
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function parse(
  operation: Operation,
  part: 'params' | 'query' | 'body',
  value: unknown,
): Readonly<Record<string, unknown>> {
  const result = operation[part].safeParse(value ?? {});
  if (!result.success) {
    const issue = result.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? part : issue.path.map(String).join('.');
    const isEmpty = issue?.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1;
    const problem = isEmpty ? 'is empty' : (issue?.message ?? 'not valid');
    throw new PosternError('bad_request', `${where}: ${problem}`, {
      cause: result.error,
    });
  }
  return isRecord(result.data) ? result.data : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
