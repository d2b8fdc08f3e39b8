/** What a handler of one operation is given and gives. */
import type { InputOf, Operation, OutputOf } from '@postern/contract';
import type { TraceContext } from '@postern/trace';
import type { Services } from '../services.ts';
import type { Caller, Person } from './caller.ts';
import type { HeaderView } from './node-request.ts';

export interface RequestFacts {
  /** Who asks, looked up but not yet allowed to do anything. */
  readonly caller: Caller;
  /** Source address of the connection. */
  readonly source: string;
  readonly requestId: string;
  /** Where in a trace the caller says this happens. */
  readonly trace: TraceContext | undefined;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  readonly headers: HeaderView;
  /** Sets a response header. */
  readonly setHeader: (name: string, value: string) => void;
}

/** Facts of a request whose operation needs a signed-in person. */
export interface PersonFacts extends RequestFacts {
  readonly person: Person;
}

export type FactsOf<Op extends Operation> = Op['auth'] extends 'session' ? PersonFacts : RequestFacts;

/** Answers data for the output schema, or a response of its own where the answer is a stream. */
export type Handler<Op extends Operation> = (
  input: InputOf<Op>,
  facts: FactsOf<Op>,
  services: Services,
) => Promise<OutputOf<Op> | Response>;
