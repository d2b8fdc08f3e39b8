/**
 * `@postern/store`: what is kept, behind one narrow interface.
 *
 * Writes are data, committed as units that happen whole or not at all; a resolved commit survives `kill -9` and
 * power loss. The audit log is hash-chained by the store itself. Implementations are subpaths
 * (`@postern/store/sqlite`); this entry holds types, errors and the chain check. Start reading at `store.ts`.
 */
export { StoreError, type StoreErrorCode } from './errors.ts';
export type * from './records.ts';
export type * from './store.ts';
export type * from './write.ts';
export { checkChain, GENESIS, type ChainBreak } from './sql/audit-chain.ts';
