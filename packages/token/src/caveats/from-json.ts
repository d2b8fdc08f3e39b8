/**
 * Caveats from their JSON form (spec section 11), strictly: unknown keys, letters and kinds are refused, because a
 * typo in a restriction must not silently become a weaker one.
 */
import {
  CAVEAT_NUMBERS,
  type Caveat,
  type CommandRule,
  type KnownCaveatType,
  type ResourceEntry,
} from '../caveat.ts';
import { TokenError } from '../errors.ts';
import { parseExactJson } from '../lib/exact-json.ts';
import { LIMITS } from '../limits.ts';
import { restrictionFromJson } from '../restrictions/from-json.ts';
import {
  actions,
  bad,
  base64,
  fields,
  integer,
  isObject,
  signed,
  string,
  strings,
  unsigned,
  unsignedText,
} from './json-fields.ts';
import { SET_KEYS } from './to-json.ts';

/** Names accepted on input, never produced. */
const ALIASES: Readonly<Record<string, KnownCaveatType>> = {
  DeprecatedOrganization: 'Organization',
  DeprecatedApps: 'Apps',
  NoAdminFeatures: 'IsMember',
};

/**
 * @param value parsed JSON: an array of `{"type", "body"}`.
 * @throws TokenError `bad-json` naming the caveat and what is wrong with it, or `limit`.
 */
export function caveatsFromJson(value: unknown): Caveat[] {
  return readCaveats(value, LIMITS.ifPresentDepth);
}

/** The same from text, with integers beyond 2^53 kept exact. */
export function parseCaveatsJson(text: string): Caveat[] {
  return caveatsFromJson(parseExactJson(text));
}

function readCaveats(value: unknown, depth: number): Caveat[] {
  if (!Array.isArray(value)) throw bad('a caveat set is an array of {"type", "body"}');
  if (value.length > LIMITS.caveats) throw new TokenError('limit', `more than ${LIMITS.caveats} caveats`);
  return value.map((item: unknown) => readCaveat(item, depth));
}

function readCaveat(value: unknown, depth: number): Caveat {
  const { type, body } = fields(value, ['type', 'body'], 'a caveat');
  if (typeof type !== 'string') throw bad('the type of a caveat is a string');
  const known = knownType(type);
  if (known === undefined) throw bad(`caveat type ${JSON.stringify(type)} is unknown`);
  return readBody(known, body, depth);
}

function knownType(type: string): KnownCaveatType | undefined {
  if (Object.hasOwn(ALIASES, type)) return ALIASES[type];
  const entry = Object.entries(CAVEAT_NUMBERS).find(
    ([name, number]) => name === type || number.toString() === type,
  );
  return entry?.[0] as KnownCaveatType | undefined;
}

function readBody(type: KnownCaveatType, body: unknown, depth: number): Caveat {
  const record = (...keys: string[]): Record<string, unknown> => fields(body, keys, type);
  switch (type) {
    case 'Organization': {
      const { id, mask } = record('id', 'mask');
      return { type, id: unsigned(id, type), mask: actions(mask, type) };
    }
    case 'Apps':
      return { type, apps: resourceSet(record('apps')['apps'], (id) => unsignedText(id, type), type) };
    case 'Volumes':
    case 'FeatureSet':
    case 'Machines':
    case 'MachineFeatureSet':
    case 'Clusters':
    case 'AppFeatureSet':
    case 'StorageObjects': {
      const key = SET_KEYS[type];
      return { type, set: resourceSet(record(key)[key], (id) => string(id, type), type) };
    }
    case 'ValidityWindow': {
      const { not_before: notBefore, not_after: notAfter } = record('not_before', 'not_after');
      return { type, notBefore: signed(notBefore, type), notAfter: signed(notAfter, type) };
    }
    case 'Mutations':
      return { type, mutations: strings(record('mutations')['mutations'], type) };
    case 'ConfineUser':
    case 'ConfineOrganization':
      return { type, id: unsigned(record('id')['id'], type) };
    case 'IsUser':
      return { type, id: unsigned(record('uint64')['uint64'], type) };
    case '3P': {
      const { Location, VerifierKey, Ticket } = record('Location', 'VerifierKey', 'Ticket');
      return {
        type,
        location: string(Location, type),
        verifierKey: base64(VerifierKey, type),
        ticket: base64(Ticket, type),
      };
    }
    case 'BindToParentToken':
      return { type, digest: base64(body, type) };
    case 'IfPresent': {
      if (depth === 0) throw new TokenError('limit', `IfPresent nested deeper than ${LIMITS.ifPresentDepth}`);
      const { ifs, else: otherwise } = record('ifs', 'else');
      return { type, ifs: readCaveats(ifs, depth - 1), else: actions(otherwise, type) };
    }
    case 'FromMachineSource':
      return { type, id: string(record('id')['id'], type) };
    case 'ConfineGoogleHD':
      return { type, domain: string(body, type) };
    case 'ConfineGitHubOrg':
    case 'FlyioUserID':
    case 'GitHubUserID':
      return { type, id: unsigned(body, type) };
    case 'GoogleUserID':
      return { type, id: integer(body, type, 0n, 2n ** 256n - 1n) };
    case 'MaxValidity':
      return { type, seconds: unsigned(body, type) };
    case 'IsMember':
      record();
      return { type };
    case 'Action':
      return { type, mask: actions(body, type) };
    case 'Commands':
      return { type, commands: commands(body, type) };
    case 'AllowedRoles':
      return { type, roles: Number(integer(body, type, 0n, 0xffff_ffffn)) };
    case 'FlySrc': {
      const { organization, app, instance } = record('organization', 'app', 'instance');
      return {
        type,
        organization: string(organization, type),
        app: string(app, type),
        instance: string(instance, type),
      };
    }
    case 'SourceAddress':
    case 'NoStdin':
    case 'NoTty':
    case 'MaxTimeout':
    case 'MaxOutput':
    case 'EnvNames':
    case 'RunAsUsers':
    case 'WorkingDirectories':
    case 'CommandTemplates':
      return restrictionFromJson(type, body);
  }
}

function commands(body: unknown, where: string): CommandRule[] {
  if (!Array.isArray(body)) throw bad(`the body of ${where} is an array of {"args", "exact"}`);
  if (body.length > LIMITS.commands) throw new TokenError('limit', `more than ${LIMITS.commands} commands`);
  return body.map((item: unknown) => {
    const { args, exact } = fields(item, ['args', 'exact'], `a command of ${where}`, ['exact']);
    if (exact !== undefined && typeof exact !== 'boolean') throw bad(`exact of ${where} is true or false`);
    const words = strings(args, where);
    if (words.length > LIMITS.commandArgs)
      throw new TokenError('limit', `more than ${LIMITS.commandArgs} words`);
    return { args: words, exact: exact ?? false };
  });
}

function resourceSet<Id extends bigint | string>(
  value: unknown,
  readId: (id: string) => Id,
  where: string,
): ResourceEntry<Id>[] {
  if (!isObject(value)) throw bad(`${where} holds an object from id to action letters`);
  const entries = Object.entries(value);
  if (entries.length > LIMITS.resourceSetEntries) {
    throw new TokenError('limit', `more than ${LIMITS.resourceSetEntries} entries in a resource set`);
  }
  return entries.map(([id, mask]) => ({ id: readId(id), mask: actions(mask, where) }));
}
