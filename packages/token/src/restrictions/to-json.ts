/** Postern's own restrictions to their JSON form. */
import type { CommandTemplate, NameListType, OwnCaveat, TemplateWord } from '../caveat.ts';
import { exactInteger, type Json } from '../lib/exact-json.ts';

/** The JSON key of each list of names. */
export const NAME_KEYS: Readonly<Record<NameListType, string>> = {
  EnvNames: 'names',
  RunAsUsers: 'users',
  WorkingDirectories: 'directories',
};

/** The body of a restriction; the type stands beside it. */
export function restrictionToJson(caveat: OwnCaveat): Json {
  switch (caveat.type) {
    case 'SourceAddress':
      return { networks: caveat.networks };
    case 'NoStdin':
    case 'NoTty':
      return {};
    case 'MaxTimeout':
      return exactInteger(caveat.seconds);
    case 'MaxOutput':
      return exactInteger(caveat.bytes);
    case 'EnvNames':
    case 'RunAsUsers':
    case 'WorkingDirectories':
      return { [NAME_KEYS[caveat.type]]: caveat.names };
    case 'CommandTemplates':
      return caveat.templates.map(templateToJson);
  }
}

function templateToJson({ words, tail }: CommandTemplate): Json {
  const shown = words.map(wordToJson);
  return tail === undefined
    ? { words: shown }
    : { words: shown, tail: { word: wordToJson(tail.word), most: tail.most } };
}

function wordToJson(word: TemplateWord): Json {
  switch (word.kind) {
    case 'literal':
      return word.text;
    case 'one-of':
      return { one_of: word.texts };
    case 'integer':
      return { integer: [exactInteger(word.least), exactInteger(word.most)] };
    case 'pattern':
      return { pattern: word.pattern };
  }
}
