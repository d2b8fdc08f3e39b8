/**
 * `@postern/token`: `fm2` macaroons.
 *
 * Three laws: anybody may add a caveat; a caveat only restricts; none can be removed. Two steps before a token is
 * obeyed: {@link verify} checks the signature chain with the key, {@link clear} evaluates every caveat against one
 * request. One without the other is worth nothing.
 *
 * Pure: no I/O, no clock, no randomness of its own, no Node built-ins, no dependency. Cryptography is a parameter
 * ({@link TokenCrypto}; `@postern/token/mac/node`). Decoding is strict: one spelling per token.
 * Start reading at `verify.ts`, then `clear.ts`.
 */
export {
  ACTION,
  describeActions,
  formatActions,
  isActionSubset,
  parseActions,
  type ActionMask,
} from './action.ts';
export { checkAccess, type Access, type AccessProblem, type DischargeRequest } from './access.ts';
export { attenuate } from './attenuate.ts';
export { CAVEAT_NUMBERS, isAttestation } from './caveat.ts';
export type * from './caveat.ts';
export { caveatsFromJson, parseCaveatsJson } from './caveats/from-json.ts';
export { caveatToJson, caveatsToJson, type CaveatJson } from './caveats/to-json.ts';
export { clear, explainRefusal, type Verdict } from './clear.ts';
export { commandMatches, describeCommand, describeCommands } from './commands.ts';
export type { TokenCrypto } from './crypto.ts';
export { dangerNotes, templateDangerNotes, type DangerNote } from './danger/notes.ts';
export { DANGER_TABLE, type DangerKind, type DangerRow } from './danger/table.ts';
export { decodeCaveats, decodeToken, parseToken } from './decode.ts';
export {
  encodeCaveat,
  encodeCaveats,
  encodeNonce,
  encodeToken,
  formatHeader,
  formatToken,
} from './encode.ts';
export { TokenError, type TokenErrorCode } from './errors.ts';
export { refuseUngranted } from './exec-grants.ts';
export { expiration } from './expiration.ts';
export { bundle, parseHeader, stripSchemes, type BundleMember } from './header.ts';
export { inspect, type InspectedCaveat, type Inspection } from './inspect.ts';
export { decodeBase64, encodeBase64 } from './lib/base64.ts';
export { parseExactJson, stringifyExactJson, type Json } from './lib/exact-json.ts';
export { LIMITS } from './limits.ts';
export { mintToken, type MintOptions } from './mint.ts';
export { narrowToUse, type NarrowingProposal } from './narrow-to-use.ts';
export { prohibits, type Request } from './prohibits.ts';
export type { Refusal, RefusalCode } from './refusal.ts';
export { quoteArgv } from './shell-words.ts';
export { describeCaveat, summarize, type Names } from './summarize.ts';
export {
  addThirdParty,
  bindTo,
  discharge,
  openTicket,
  tickets,
  type DischargeOptions,
  type OpenedTicket,
  type ThirdPartyOptions,
} from './third-party.ts';
export { signedMessages, type SignedMessages } from './signed-messages.ts';
export type { TokenBytes } from './lib/token-bytes.ts';
export type { Nonce, UnverifiedToken } from './token.ts';
export { tokenUuid } from './uuid.ts';
export {
  verify,
  type ChainPlace,
  type Provenance,
  type VerifiedToken,
  type VerifyOptions,
} from './verify.ts';
