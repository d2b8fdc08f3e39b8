/** Caveats to canonical bytes (spec sections 3 and 6.2). */
import { ACTION, type ActionMask } from '../action.ts';
import { CAVEAT_NUMBERS, type Caveat, type ResourceSet } from '../caveat.ts';
import { compareBytes } from '../lib/bytes.ts';
import type { MsgpackWriter } from '../lib/msgpack-writer.ts';
import { TokenError } from '../errors.ts';
import { writeRestriction } from '../restrictions/write.ts';

/** A caveat set: one flat array, type and body alternating. */
export function writeCaveatSet(writer: MsgpackWriter, caveats: readonly Caveat[]): void {
  writer.array(caveats.length * 2);
  for (const caveat of caveats) writeCaveat(writer, caveat);
}

/** Type and body of one caveat, without the head of the set. */
export function writeCaveat(writer: MsgpackWriter, caveat: Caveat): void {
  if (caveat.type === 'Unknown') {
    writer.unsigned(caveat.number);
    writer.raw(caveat.body);
    return;
  }
  writer.unsigned(CAVEAT_NUMBERS[caveat.type]);
  writeBody(writer, caveat);
}

function writeBody(writer: MsgpackWriter, caveat: Exclude<Caveat, { type: 'Unknown' }>): void {
  switch (caveat.type) {
    case 'Organization':
      writer.array(2);
      writer.unsigned(caveat.id);
      return writeMask(writer, caveat.mask);
    case 'Apps':
      return writeIntegerSet(writer, caveat.apps);
    case 'Volumes':
    case 'FeatureSet':
    case 'Machines':
    case 'MachineFeatureSet':
    case 'Clusters':
    case 'AppFeatureSet':
    case 'StorageObjects':
      return writeStringSet(writer, caveat.set);
    case 'ValidityWindow':
      writer.array(2);
      writer.signed(caveat.notBefore);
      return writer.signed(caveat.notAfter);
    case 'Mutations':
      writer.array(1);
      writer.array(caveat.mutations.length);
      return caveat.mutations.forEach((mutation) => writer.string(mutation));
    case 'ConfineUser':
    case 'ConfineOrganization':
    case 'IsUser':
      writer.array(1);
      return writer.unsigned(caveat.id);
    case '3P':
      writer.array(3);
      writer.string(caveat.location);
      writer.bytes(caveat.verifierKey);
      return writer.bytes(caveat.ticket);
    case 'BindToParentToken':
      return writer.bytes(caveat.digest);
    case 'IfPresent':
      writer.array(2);
      writeCaveatSet(writer, caveat.ifs);
      return writeMask(writer, caveat.else);
    case 'FromMachineSource':
      writer.array(1);
      return writer.string(caveat.id);
    case 'ConfineGoogleHD':
      return writer.string(caveat.domain);
    case 'ConfineGitHubOrg':
    case 'FlyioUserID':
    case 'GitHubUserID':
      return writer.unsigned(caveat.id);
    case 'MaxValidity':
      return writer.unsigned(caveat.seconds);
    case 'IsMember':
      return writer.array(0);
    case 'GoogleUserID':
      return writer.bytes(magnitude(caveat.id));
    case 'Action':
      return writeMask(writer, caveat.mask);
    case 'Commands':
      writer.array(caveat.commands.length);
      for (const { args, exact } of caveat.commands) {
        writer.array(2);
        writer.array(args.length);
        args.forEach((arg) => writer.string(arg));
        writer.bool(exact);
      }
      return undefined;
    case 'AllowedRoles':
      if (caveat.roles > 0xffff_ffff) throw new TokenError('bad-caveat', 'a role mask of more than 32 bits');
      return writer.unsigned(caveat.roles);
    case 'FlySrc':
      writer.array(3);
      writer.string(caveat.organization);
      writer.string(caveat.app);
      return writer.string(caveat.instance);
    case 'SourceAddress':
    case 'NoStdin':
    case 'NoTty':
    case 'MaxTimeout':
    case 'MaxOutput':
    case 'EnvNames':
    case 'RunAsUsers':
    case 'WorkingDirectories':
    case 'CommandTemplates':
      return writeRestriction(writer, caveat);
  }
}

function writeMask(writer: MsgpackWriter, mask: ActionMask): void {
  if (mask > ACTION.all) throw new TokenError('bad-caveat', 'an action mask of more than 16 bits');
  writer.unsigned(mask);
}

function writeIntegerSet(writer: MsgpackWriter, set: ResourceSet<bigint>): void {
  const sorted = [...set].sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  if (sorted.some((entry, index) => entry.id === sorted[index - 1]?.id)) throw repeatedId();
  writer.array(1);
  writer.map(sorted.length);
  for (const { id, mask } of sorted) {
    writer.unsigned(id);
    writeMask(writer, mask);
  }
}

/** UTF-8 byte order: the built-in sort compares UTF-16 units, another order above U+FFFF. */
function writeStringSet(writer: MsgpackWriter, set: ResourceSet<string>): void {
  const text = new TextEncoder();
  const sorted = set
    .map((entry) => ({ ...entry, bytes: text.encode(entry.id) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes));
  if (sorted.some((entry, index) => entry.id === sorted[index - 1]?.id)) throw repeatedId();
  writer.array(1);
  writer.map(sorted.length);
  for (const { id, mask } of sorted) {
    writer.string(id);
    writeMask(writer, mask);
  }
}

function repeatedId(): TokenError {
  return new TokenError('bad-caveat', 'a resource set names the same id twice');
}

/** Big-endian magnitude without leading zeros; zero is no bytes at all. */
function magnitude(value: bigint): Uint8Array {
  if (value < 0n) throw new TokenError('bad-caveat', 'a user id below zero');
  const bytes: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
  return Uint8Array.from(bytes);
}
