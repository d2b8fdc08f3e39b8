/** Limits of the format as we accept it (spec section 16). The reference sets none. */
export const LIMITS = {
  /** Characters of an `Authorization` value. */
  headerChars: 16_384,
  /** Tokens in one header. */
  tokensPerHeader: 32,
  /** Bytes of one decoded token. */
  tokenBytes: 8_192,
  /** Caveats of one token, nested ones included. */
  caveats: 64,
  /** How deep `IfPresent` may nest. */
  ifPresentDepth: 4,
  /** Entries of one resource set. */
  resourceSetEntries: 256,
  /** Entries of one `Commands` caveat. */
  commands: 64,
  /** Words of one command rule. */
  commandArgs: 64,
  /** UTF-8 bytes of one word of a rule. */
  argBytes: 4_096,
  /** Third-party caveats of one token. */
  thirdPartyCaveats: 8,
  /** Discharges tried for one ticket. */
  dischargesPerTicket: 4,
  /** Bytes of the key id of a permission token. */
  kidBytes: 255,
  /** Bytes of the key id of a discharge, which is its ticket. */
  ticketBytes: 4_096,
  /** Random bytes of a nonce: exactly this many. */
  rndBytes: 16,
  /** Bytes of a key or tail: exactly this many. */
  keyBytes: 32,
  /** Bytes of a location string. */
  locationBytes: 1024,
  /** Networks of one `SourceAddress` caveat. */
  networks: 64,
  /** Entries of one list of allowed names. */
  names: 64,
  /** Templates of one `CommandTemplates` caveat. */
  templates: 64,
  /** Words of one template, its tail counted as its most. */
  templateWords: 64,
  /** Alternatives of one word of a template. */
  templateAlternatives: 64,
  /** Characters of one pattern. */
  patternChars: 256,
  /** Positions of all patterns of one token: what a pattern costs per character it is matched against. */
  patternPositions: 512,
  /** Characters of a word that a pattern may match. */
  patternWordChars: 512,
  /** Nesting of MessagePack inside the body of an unknown caveat. */
  unknownBodyDepth: 16,
} as const;
