/** Postern's own restrictions from bytes, strictly. */
import type { CommandTemplate, NameListType, OwnCaveat, TemplateWord } from '../caveat.ts';
import type { CaveatBudget } from '../caveats/read.ts';
import { TokenError } from '../errors.ts';
import { compareBytes } from '../lib/bytes.ts';
import type { MsgpackReader } from '../lib/msgpack-reader.ts';
import { LIMITS } from '../limits.ts';
import { checkName, checkTemplate } from './check.ts';
import { formatNetwork, isNetwork } from './network.ts';

export function readRestriction(
  reader: MsgpackReader,
  budget: CaveatBudget,
  type: OwnCaveat['type'],
): OwnCaveat {
  switch (type) {
    case 'SourceAddress':
      return { type, networks: readSorted(reader, LIMITS.networks, () => reader.bytes()).map(readNetwork) };
    case 'NoStdin':
    case 'NoTty':
      reader.record(0);
      return { type };
    case 'MaxTimeout':
      return { type, seconds: reader.unsigned() };
    case 'MaxOutput':
      return { type, bytes: reader.unsigned() };
    case 'EnvNames':
    case 'RunAsUsers':
    case 'WorkingDirectories':
      return { type, names: readNames(reader, type) };
    case 'CommandTemplates':
      return { type, templates: readTemplates(reader, budget) };
  }
}

function readSorted(reader: MsgpackReader, most: number, item: () => Uint8Array): Uint8Array[] {
  reader.record(1);
  const count = reader.array();
  if (count > most) throw new TokenError('limit', `a list of more than ${most}`);
  const list: Uint8Array[] = [];
  for (let i = 0; i < count; i += 1) {
    const next = item();
    const before = list.at(-1);
    if (before !== undefined && compareBytes(before, next) >= 0) reader.fail('a list out of order');
    list.push(next);
  }
  return list;
}

function readNetwork(bytes: Uint8Array): string {
  const network = { address: bytes.slice(0, -1), prefix: bytes.at(-1) ?? 0 };
  if (!isNetwork(network))
    throw new TokenError('malformed', 'a network of the wrong size, or with bits after its prefix');
  return formatNetwork(network);
}

function readNames(reader: MsgpackReader, type: NameListType): string[] {
  const names: string[] = [];
  const text = new TextEncoder();
  readSorted(reader, LIMITS.names, () => {
    const name = reader.string();
    checkName(type, name);
    names.push(name);
    return text.encode(name);
  });
  return names;
}

function readTemplates(reader: MsgpackReader, budget: CaveatBudget): CommandTemplate[] {
  const count = reader.array();
  if (count > LIMITS.templates) throw new TokenError('limit', `more than ${LIMITS.templates} templates`);
  return Array.from({ length: count }, () => {
    const template = readTemplate(reader);
    budget.patternPositions -= checkTemplate(template);
    if (budget.patternPositions < 0)
      throw new TokenError(
        'limit',
        `patterns of more than ${LIMITS.patternPositions} positions in one token`,
      );
    return template;
  });
}

function readTemplate(reader: MsgpackReader): CommandTemplate {
  reader.record(2);
  const count = reader.array();
  if (count > LIMITS.templateWords)
    throw new TokenError('limit', `a template of more than ${LIMITS.templateWords} words`);
  const words = Array.from({ length: count }, () => readWord(reader));
  const tail = reader.array();
  if (tail === 0) return { words };
  if (tail !== 2) reader.fail('the tail of a template is empty or a word and a count');
  return { words, tail: { word: readWord(reader), most: reader.unsigned32() } };
}

function readWord(reader: MsgpackReader): TemplateWord {
  const length = reader.array();
  const kind = length === 2 || length === 3 ? reader.unsigned32() : reader.fail('a word of a template');
  if (length === 3 && kind === 2) return { kind: 'integer', least: reader.signed(), most: reader.signed() };
  if (length === 2 && kind === 0) return { kind: 'literal', text: reader.string() };
  if (length === 2 && kind === 1) return { kind: 'one-of', texts: readAlternatives(reader) };
  if (length === 2 && kind === 3) return { kind: 'pattern', pattern: reader.string() };
  return reader.fail('a word of a template of an unknown kind');
}

function readAlternatives(reader: MsgpackReader): string[] {
  const count = reader.array();
  if (count > LIMITS.templateAlternatives)
    throw new TokenError('limit', `more than ${LIMITS.templateAlternatives} alternatives for one word`);
  return Array.from({ length: count }, () => reader.string());
}
