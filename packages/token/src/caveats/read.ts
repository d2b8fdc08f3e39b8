/** Caveats from bytes, strictly (spec sections 2, 3 and 6). Absent lists (`c0`) are refused ([OURS], 6.3). */
import {
  CAVEAT_NUMBERS,
  type Caveat,
  type CommandRule,
  type KnownCaveatType,
  type ResourceEntry,
} from '../caveat.ts';
import { TokenError } from '../errors.ts';
import { compareBytes } from '../lib/bytes.ts';
import { exactArray } from '../lib/exact-array.ts';
import type { MsgpackReader } from '../lib/msgpack-reader.ts';
import { LIMITS } from '../limits.ts';
import { readRestriction } from '../restrictions/read.ts';

const NAMES = new Map<number, KnownCaveatType>(
  Object.entries(CAVEAT_NUMBERS).map(([name, number]) => [number, name as KnownCaveatType]),
);

/** The same for the small numbers, where an index is quicker. */
const SMALL_NAMES = Array.from({ length: 32 }, (_, number) => NAMES.get(number));

const TEXT = new TextEncoder();

/** How much may still come, counted over a whole token, nested caveats included. */
export interface CaveatBudget {
  left: number;
  depth: number;
  patternPositions: number;
}

export const newBudget = (): CaveatBudget => ({
  left: LIMITS.caveats,
  depth: LIMITS.ifPresentDepth,
  patternPositions: LIMITS.patternPositions,
});

/**
 * Reads a caveat set.
 *
 * @param bytes the bytes `reader` reads from, for the bodies of unknown types.
 * @param edges gets, as offsets in `bytes`, where the first caveat begins, then where each one ends.
 */
export function readCaveatSet(
  reader: MsgpackReader,
  bytes: Uint8Array,
  budget: CaveatBudget,
  edges?: number[],
): Caveat[] {
  const items = reader.array();
  if (items % 2 !== 0) reader.fail('a caveat set of odd length');
  const count = items / 2;
  budget.left -= count;
  if (budget.left < 0) throw new TokenError('limit', `more than ${LIMITS.caveats} caveats in one token`);
  const caveats = exactArray<Caveat>(count);
  edges?.push(reader.offset);
  for (let i = 0; i < count; i += 1) {
    caveats[i] = readCaveat(reader, bytes, budget);
    edges?.push(reader.offset);
  }
  return caveats;
}

function readCaveat(reader: MsgpackReader, bytes: Uint8Array, budget: CaveatBudget): Caveat {
  const number = reader.unsignedNumber();
  const type = nameOf(number);
  if (type !== undefined) return readBody(reader, bytes, budget, type);
  const start = reader.offset;
  reader.skipValue(LIMITS.unknownBodyDepth);
  return { type: 'Unknown', number: BigInt(number), body: bytes.slice(start, reader.offset) };
}

function nameOf(number: number | bigint): KnownCaveatType | undefined {
  if (typeof number === 'bigint') return undefined;
  return number < SMALL_NAMES.length ? SMALL_NAMES[number] : NAMES.get(number);
}

function readBody(
  reader: MsgpackReader,
  bytes: Uint8Array,
  budget: CaveatBudget,
  type: KnownCaveatType,
): Caveat {
  switch (type) {
    // Those of a machine-exec token stand first: they are asked for one after the other.
    case 'Organization':
      reader.record(2);
      return { type, id: reader.unsigned(), mask: readMask(reader) };
    case 'Apps':
      return { type, apps: readIntegerSet(reader) };
    case 'ValidityWindow':
      reader.record(2);
      return { type, notBefore: reader.signed(), notAfter: reader.signed() };
    case 'IfPresent':
      return readIfPresent(reader, bytes, budget);
    case 'Action':
      return { type, mask: readMask(reader) };
    case 'Commands':
      return { type, commands: readCommands(reader) };
    case 'Volumes':
    case 'FeatureSet':
    case 'Machines':
    case 'MachineFeatureSet':
    case 'Clusters':
    case 'AppFeatureSet':
    case 'StorageObjects':
      return { type, set: readStringSet(reader) };
    case 'Mutations':
      reader.record(1);
      return { type, mutations: readStrings(reader) };
    case 'ConfineUser':
    case 'ConfineOrganization':
    case 'IsUser':
      reader.record(1);
      return { type, id: reader.unsigned() };
    case '3P':
      reader.record(3);
      return {
        type,
        location: reader.string(),
        verifierKey: new Uint8Array(reader.bytes()),
        ticket: new Uint8Array(reader.bytes()),
      };
    case 'BindToParentToken':
      return { type, digest: new Uint8Array(reader.bytes()) };
    case 'FromMachineSource':
      reader.record(1);
      return { type, id: reader.string() };
    case 'ConfineGoogleHD':
      return { type, domain: reader.string() };
    case 'ConfineGitHubOrg':
    case 'FlyioUserID':
    case 'GitHubUserID':
      return { type, id: reader.unsigned() };
    case 'MaxValidity':
      return { type, seconds: reader.unsigned() };
    case 'IsMember':
      reader.record(0);
      return { type };
    case 'GoogleUserID':
      return { type, id: readMagnitude(reader) };
    case 'AllowedRoles':
      return { type, roles: reader.unsigned32() };
    case 'FlySrc':
      reader.record(3);
      return { type, organization: reader.string(), app: reader.string(), instance: reader.string() };
    case 'SourceAddress':
    case 'NoStdin':
    case 'NoTty':
    case 'MaxTimeout':
    case 'MaxOutput':
    case 'EnvNames':
    case 'RunAsUsers':
    case 'WorkingDirectories':
    case 'CommandTemplates':
      return readRestriction(reader, budget, type);
  }
}

function readIfPresent(reader: MsgpackReader, bytes: Uint8Array, budget: CaveatBudget): Caveat {
  if (budget.depth === 0)
    throw new TokenError('limit', `IfPresent nested deeper than ${LIMITS.ifPresentDepth}`);
  budget.depth -= 1;
  reader.record(2);
  const ifs = readCaveatSet(reader, bytes, budget);
  budget.depth += 1;
  return { type: 'IfPresent', ifs, else: readMask(reader) };
}

function readMask(reader: MsgpackReader): number {
  const mask = reader.unsigned32();
  if (mask > 0xffff) reader.fail('an action mask of more than 16 bits');
  return mask;
}

function readStrings(reader: MsgpackReader): string[] {
  const count = reader.array();
  const list = exactArray<string>(count);
  for (let i = 0; i < count; i += 1) list[i] = reader.string();
  return list;
}

function readCommands(reader: MsgpackReader): CommandRule[] {
  const count = reader.array();
  if (count > LIMITS.commands) throw new TokenError('limit', `more than ${LIMITS.commands} commands`);
  const commands = exactArray<CommandRule>(count);
  for (let i = 0; i < count; i += 1) {
    reader.record(2);
    const args = readArgs(reader);
    commands[i] = { args, exact: reader.bool() };
  }
  return commands;
}

function readArgs(reader: MsgpackReader): string[] {
  const count = reader.array();
  if (count > LIMITS.commandArgs)
    throw new TokenError('limit', `more than ${LIMITS.commandArgs} words in a command`);
  const args = exactArray<string>(count);
  for (let i = 0; i < count; i += 1) {
    const start = reader.offset;
    args[i] = reader.string();
    if (reader.offset - start > LIMITS.argBytes + 3)
      throw new TokenError('limit', `a word of more than ${LIMITS.argBytes} bytes`);
  }
  return args;
}

function readIntegerSet(reader: MsgpackReader): ResourceEntry<bigint>[] {
  const count = readSetLength(reader);
  const set = exactArray<ResourceEntry<bigint>>(count);
  for (let i = 0; i < count; i += 1) {
    const id = reader.unsigned();
    const before = i === 0 ? undefined : set[i - 1];
    if (before !== undefined && id <= before.id) reader.fail('map keys out of order or repeated');
    set[i] = { id, mask: readMask(reader) };
  }
  return set;
}

function readStringSet(reader: MsgpackReader): ResourceEntry<string>[] {
  const count = readSetLength(reader);
  const set = exactArray<ResourceEntry<string>>(count);
  for (let i = 0; i < count; i += 1) {
    const id = reader.string();
    const before = i === 0 ? undefined : set[i - 1];
    if (before !== undefined && compareBytes(TEXT.encode(id), TEXT.encode(before.id)) <= 0) {
      reader.fail('map keys out of order or repeated');
    }
    set[i] = { id, mask: readMask(reader) };
  }
  return set;
}

function readSetLength(reader: MsgpackReader): number {
  reader.record(1);
  const count = reader.map();
  if (count > LIMITS.resourceSetEntries) {
    throw new TokenError('limit', `more than ${LIMITS.resourceSetEntries} entries in a resource set`);
  }
  return count;
}

function readMagnitude(reader: MsgpackReader): bigint {
  const bytes = reader.bytes();
  if (bytes.length > 32) throw new TokenError('limit', 'a Google user id of more than 32 bytes');
  if (bytes[0] === 0) reader.fail('a big integer with a leading zero');
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}
