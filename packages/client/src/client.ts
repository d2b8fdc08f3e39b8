/** One typed function for every operation of the contract. */
import type { Operation } from '@postern/contract';
import type { z } from 'zod';
import { buildRequest, type Target } from './build-request.ts';
import { readResponse } from './read-response.ts';
import type { Transport } from './transport.ts';

/** A part of the input may be left out when nothing in it is required. */
type Part<Name extends string, Schema extends z.ZodType> =
  Record<string, never> extends z.input<Schema>
    ? { readonly [Key in Name]?: z.input<Schema> }
    : { readonly [Key in Name]: z.input<Schema> };

/** What a caller gives: the input side of the operation's schemas. */
export type CallInput<Op extends Operation> = Part<'params', Op['params']> &
  Part<'query', Op['query']> &
  Part<'body', Op['body']> & { readonly signal?: AbortSignal };

export interface Client {
  readonly target: Target;
  /**
   * Calls one operation.
   *
   * @throws PosternError as the server says; `connection_lost` when it cannot be reached; `bad_request` for input
   *   that does not fit, before anything is sent.
   */
  call<Op extends Operation>(operation: Op, input: CallInput<Op>): Promise<z.output<Op['output']>>;
}

export interface ClientOptions extends Target {
  readonly transport: Transport;
}

export function createClient(options: ClientOptions): Client {
  const { transport, ...target } = options;
  return {
    target,
    call: async (operation, input) => {
      const request = buildRequest(target, operation, input);
      const response = await transport(
        input.signal === undefined ? request : { ...request, signal: input.signal },
      );
      return readResponse(operation, response);
    },
  };
}
