/**
 * `@postern/contract`: what crosses the wire, as data.
 *
 * Operations (name, method, path, who may call, input and output schemas), identifiers, error codes with their
 * HTTP status and exit code, limits, exec frames. Server, clients, command line and reference pages are derived
 * from these values; none of them states a second truth. No I/O, no Node built-ins, one dependency (zod).
 */
export * from './agent-link.ts';
export { describeOperation, type DescribedField, type DescribedOperation } from './describe-operation.ts';
export * from './errors.ts';
export * from './exec.ts';
export * from './frames.ts';
export * from './go-duration.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './machine-control.ts';
export * from './operation.ts';
export * from './operations/index.ts';
export { eventSchema, type OrganizationEvent } from './operations/events.ts';
export { PROFILE_TITLES } from './operations/tokens.ts';
export { accessSchema } from './operations/introspection.ts';
export { driverSchema } from './operations/machines.ts';
export * from './resources.ts';
export * from './shell-words.ts';
export { readTemplate, type TemplateLine } from './template-line.ts';
