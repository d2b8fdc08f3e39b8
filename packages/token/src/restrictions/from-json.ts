/** Postern's own restrictions from their JSON form, strictly. */
import type { CommandTemplate, OwnCaveat, TemplateWord } from '../caveat.ts';
import { bad, fields, integer, isObject, signed, string, strings, unsigned } from '../caveats/json-fields.ts';
import { compareBytes } from '../lib/bytes.ts';
import { TokenError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { checkName, checkTemplate } from './check.ts';
import { formatNetwork, parseNetwork } from './network.ts';
import { NAME_KEYS } from './to-json.ts';

/** @throws TokenError `bad-json`, `bad-caveat` or `limit`. */
export function restrictionFromJson(type: OwnCaveat['type'], body: unknown): OwnCaveat {
  switch (type) {
    case 'SourceAddress': {
      const networks = strings(fields(body, ['networks'], type)['networks'], type);
      return { type, networks: networks.map((text) => formatNetwork(parseNetwork(text))) };
    }
    case 'NoStdin':
    case 'NoTty':
      fields(body, [], type);
      return { type };
    case 'MaxTimeout':
      return { type, seconds: unsigned(body, type) };
    case 'MaxOutput':
      return { type, bytes: unsigned(body, type) };
    case 'EnvNames':
    case 'RunAsUsers':
    case 'WorkingDirectories': {
      const key = NAME_KEYS[type];
      const names = strings(fields(body, [key], type)[key], type);
      for (const name of names) checkName(type, name);
      return { type, names: sortByBytes(names) };
    }
    case 'CommandTemplates':
      return { type, templates: templates(body, type) };
  }
}

function sortByBytes(names: readonly string[]): string[] {
  const text = new TextEncoder();
  return [...names].sort((a, b) => compareBytes(text.encode(a), text.encode(b)));
}

function templates(body: unknown, where: string): CommandTemplate[] {
  if (!Array.isArray(body)) throw bad(`the body of ${where} is an array of {"words", "tail"}`);
  if (body.length > LIMITS.templates)
    throw new TokenError('limit', `more than ${LIMITS.templates} templates`);
  return body.map((item: unknown) => {
    const { words, tail } = fields(item, ['words', 'tail'], `a template of ${where}`, ['tail']);
    if (!Array.isArray(words)) throw bad(`the words of ${where} are an array`);
    const read = words.map((word: unknown) => templateWord(word, where));
    const template: CommandTemplate =
      tail === undefined ? { words: read } : { words: read, tail: templateTail(tail, where) };
    checkTemplate(template);
    return template;
  });
}

function templateTail(value: unknown, where: string): { word: TemplateWord; most: number } {
  const { word, most } = fields(value, ['word', 'most'], `the tail of ${where}`);
  return {
    word: templateWord(word, where),
    most: Number(integer(most, where, 1n, BigInt(LIMITS.templateWords))),
  };
}

function templateWord(value: unknown, where: string): TemplateWord {
  if (typeof value === 'string') return { kind: 'literal', text: string(value, where) };
  const [key] = isObject(value) ? Object.keys(value) : [];
  if (key === 'one_of') return { kind: 'one-of', texts: strings(fields(value, [key], where)[key], where) };
  if (key === 'pattern') return { kind: 'pattern', pattern: string(fields(value, [key], where)[key], where) };
  if (key === 'integer') {
    const range: unknown = fields(value, [key], where)[key];
    if (!Array.isArray(range) || range.length !== 2) throw bad(`an integer of ${where} is [least, most]`);
    return { kind: 'integer', least: signed(range[0], where), most: signed(range[1], where) };
  }
  throw bad(`a word of ${where} is a string or {"one_of"}, {"integer"} or {"pattern"}`);
}
