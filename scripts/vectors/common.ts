/** What all groups of vectors share: fixed keys, fixed randomness, and the shapes of the files. */
import { createHash } from 'node:crypto';
import {
  addThirdParty,
  attenuate,
  caveatsToJson,
  discharge,
  formatToken,
  mintToken,
  openTicket,
  tickets,
  type Access,
  type Caveat,
  type Json,
  type TokenCrypto,
  type UnverifiedToken,
} from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';

export const LOCATION = 'https://api.example.test/v1';
export const AUTH = 'https://auth.example.test';
export const KEY = range(0x00);
export const OTHER_KEY = range(0x20);
export const SHARED = range(0x40);
export const KID = new TextEncoder().encode('key-1');
/** 10 January 2026, 00:26:40 UTC. */
export const NOW = 1_768_004_800_000;

export const ORG: Caveat = { type: 'Organization', id: 4721n, mask: 31 };
export const APPS: Caveat = { type: 'Apps', apps: [{ id: 8910n, mask: 31 }] };
export const WINDOW: Caveat = { type: 'ValidityWindow', notBefore: 1_767_225_600n, notAfter: 1_769_817_600n };
export const COMMANDS: Caveat = {
  type: 'Commands',
  commands: [
    { args: ['ls', '-l'], exact: false },
    { args: ['uptime'], exact: true },
  ],
};
export const MACHINE_EXEC: readonly Caveat[] = [
  ORG,
  APPS,
  WINDOW,
  { type: 'IfPresent', ifs: [COMMANDS], else: 1 },
];

function range(first: number): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => first + index);
}

/** A crypto whose randomness is SHA-256 of a label and a count: the same in every run. */
export function fixedCrypto(label: string): TokenCrypto {
  let count = 0;
  return {
    ...nodeCrypto,
    randomBytes(length) {
      count += 1;
      return createHash('sha256').update(`${label}/${count}`).digest().subarray(0, length);
    },
  };
}

export function mint(label: string, caveats: readonly Caveat[], key: Uint8Array = KEY): UnverifiedToken {
  return mintToken({ location: LOCATION, kid: KID, key, caveats }, fixedCrypto(label));
}

/** A token that needs a discharge, and that discharge. */
export function pair(
  label: string,
  dischargeCaveats: readonly Caveat[],
  rootCaveats: readonly Caveat[] = [ORG],
): { root: UnverifiedToken; answer: UnverifiedToken } {
  const crypto = fixedCrypto(label);
  const root = addThirdParty(mint(label, rootCaveats), { location: AUTH, shared: SHARED }, crypto);
  const ticket = tickets(root)[0]?.ticket ?? new Uint8Array();
  const opened = openTicket(SHARED, ticket, crypto);
  if (typeof opened === 'string') throw new Error(`ticket ${opened}`);
  return { root, answer: discharge({ location: AUTH, ticket, opened, caveats: dischargeCaveats }, crypto) };
}

/** The key that {@link demand} seals for both sides: it signs the discharge. */
export const DISCHARGE_KEY: Uint8Array = new Uint8Array(32).fill(0x80);

/**
 * A demand made by hand, so that it can be wrong: what `addThirdParty` would append, for any location and with any
 * parts.
 */
export function demand(
  token: UnverifiedToken,
  parts: { location?: string; sealed?: Uint8Array; ticket?: Uint8Array } = {},
): UnverifiedToken {
  // Told apart by where they stand.
  const nonce = new Uint8Array(12).fill(token.unsafeCaveats.length);
  const seal = (key: Uint8Array, plaintext: Uint8Array): Uint8Array =>
    Buffer.concat([nonce, nodeCrypto.seal(key, nonce, plaintext)]);
  const caveat: Caveat = {
    type: '3P',
    location: parts.location ?? AUTH,
    verifierKey: seal(token.tail, parts.sealed ?? DISCHARGE_KEY),
    ticket: seal(SHARED, parts.ticket ?? unhex(`92c420${hex(DISCHARGE_KEY)}90`)),
  };
  return attenuate(token, [caveat], nodeCrypto);
}

/** Answers the demand that stands last, or the one at a place among the demands. */
export function answerTo(
  token: UnverifiedToken,
  caveats: readonly Caveat[],
  options: { place?: number; key?: Uint8Array; location?: string } = {},
): UnverifiedToken {
  const found = tickets(token).at(options.place ?? -1);
  if (found === undefined) throw new Error('no demand');
  const opened = { dischargeKey: options.key ?? DISCHARGE_KEY, caveats: [] };
  const { location, ticket } = { ...found, location: options.location ?? found.location };
  return discharge({ location, ticket, opened, caveats }, fixedCrypto(`answer ${hex(ticket)}`));
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const unhex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** A request as it stands in a vector: numbers for ids, undefined left out. */
export function accessJson(access: Access): Json {
  const entries = Object.entries(access).filter(([, value]) => value !== undefined) as [string, Json][];
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
  );
}

/** The fields of a vector that describe what is verified. */
export function tokenFields(
  token: UnverifiedToken,
  options: { key?: Uint8Array; discharges?: readonly UnverifiedToken[]; trusted?: boolean } = {},
): Record<string, Json> {
  return {
    key_hex: hex(options.key ?? KEY),
    token: formatToken(token),
    ...(options.discharges === undefined ? {} : { discharges: options.discharges.map(formatToken) }),
    ...(options.trusted === true ? { trusted: { [AUTH]: hex(SHARED) } } : {}),
    claims: caveatsToJson(token.unsafeCaveats),
  };
}

export type Vector = { readonly name: string } & Record<string, Json>;
