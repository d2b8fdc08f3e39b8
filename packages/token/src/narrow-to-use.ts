/**
 * The tightest commands that still allow what a token really ran: word for word, by their beginnings, or as forms.
 * A proposal is data; whoever takes it appends it as a caveat, and a caveat only restricts.
 */
import type { Caveat, CommandRule, CommandTemplate, TemplateWord } from './caveat.ts';
import { commandMatches } from './commands.ts';
import { LIMITS } from './limits.ts';
import { templateMatches } from './restrictions/template.ts';

/** Whole numbers of one place from which a range is proposed instead of a list. */
const RANGE_FROM = 3;

type Argv = readonly string[];

/** Each part allows every used command. One that would allow what the token did not, or grow too long, is absent. */
export interface NarrowingProposal {
  /** Used commands that the token allows, each once. */
  readonly used: readonly Argv[];
  /** Each used command, and nothing else. */
  readonly exact?: readonly CommandRule[];
  /** How used commands begin. Absent where this would be the same as `exact`. */
  readonly prefix?: readonly CommandRule[];
  /** Forms in which used commands differ by a word. Absent where this would be the same as `exact`. */
  readonly templates?: readonly CommandTemplate[];
}

/**
 * @param caveats what the token allows.
 * @param commands what was run with it, as often and in any order.
 */
export function narrowToUse(caveats: readonly Caveat[], commands: readonly Argv[]): NarrowingProposal {
  const limits = commandLimits(caveats);
  const distinct = new Map(commands.map((argv) => [JSON.stringify(argv), argv]));
  const used = [...distinct.values()].filter((argv) => argv.length > 0 && allows(limits, argv));
  if (used.length === 0) return { used };
  const exact = used.map((args) => ({ args, exact: true }));
  const prefix = beginnings(limits, used, 1);
  const templates = formsOf(limits, used);
  return {
    used,
    ...(exact.every(fits) && exact.length <= LIMITS.commands ? { exact } : {}),
    ...(prefix.length < used.length && prefix.every(fits) && prefix.length <= LIMITS.commands
      ? { prefix }
      : {}),
    ...(templates.length < used.length && templates.every(fits) && templates.length <= LIMITS.templates
      ? { templates }
      : {}),
  };
}

interface CommandLimits {
  /** One list for each caveat; every list must allow a command. */
  readonly rules: readonly (readonly CommandRule[])[];
  readonly templates: readonly (readonly CommandTemplate[])[];
}

function commandLimits(caveats: readonly Caveat[]): CommandLimits {
  const all = caveats.flatMap(withNested);
  return {
    rules: all.flatMap((caveat) => (caveat.type === 'Commands' ? [caveat.commands] : [])),
    templates: all.flatMap((caveat) => (caveat.type === 'CommandTemplates' ? [caveat.templates] : [])),
  };
}

function withNested(caveat: Caveat): readonly Caveat[] {
  return caveat.type === 'IfPresent' ? caveat.ifs.flatMap(withNested) : [caveat];
}

function allows({ rules, templates }: CommandLimits, argv: Argv): boolean {
  return (
    rules.every((list) => list.some((rule) => commandMatches(rule, argv))) &&
    templates.every((list) => list.some((template) => templateMatches(template, argv)))
  );
}

/** Whether the token allows everything that begins with these words. What forms allow is not reasoned about. */
function allowsBeginning({ rules, templates }: CommandLimits, words: Argv): boolean {
  return (
    templates.length === 0 &&
    rules.every((list) => list.some((rule) => !rule.exact && commandMatches(rule, words)))
  );
}

function fits(rule: CommandRule | CommandTemplate): boolean {
  return 'args' in rule ? rule.args.length <= LIMITS.commandArgs : rule.words.length <= LIMITS.templateWords;
}

/** Commands that share a beginning the token allows as a whole become one rule; the others stay what they are. */
function beginnings(limits: CommandLimits, commands: readonly Argv[], depth: number): CommandRule[] {
  const groups = Map.groupBy(commands, (argv) => JSON.stringify(argv.slice(0, depth)));
  return [...groups.values()].flatMap((group) => {
    const [args, ...others] = group as [Argv, ...Argv[]];
    if (others.length === 0) return [{ args, exact: true }];
    const shared = sharedBeginning(args, others);
    return allowsBeginning(limits, shared)
      ? [{ args: shared, exact: false }]
      : beginnings(limits, group, shared.length + 1);
  });
}

function sharedBeginning(first: Argv, others: readonly Argv[]): Argv {
  const end = first.findIndex((word, index) => others.some((argv) => argv[index] !== word));
  return end === -1 ? first : first.slice(0, end);
}

/** A form that allows exactly a product of words; `choices` has one list for each place. */
type Choices = readonly Argv[];

/** Commands that differ in one place become one form, again and again: together they allow what was used, no more. */
function formsOf(limits: CommandLimits, used: readonly Argv[]): CommandTemplate[] {
  let forms: readonly Choices[] = used.map((argv) => argv.map((word) => [word]));
  const longest = Math.max(...used.map(({ length }) => length));
  // From the end: the words that vary stand there.
  for (let place = longest - 1; place >= 0; place -= 1) forms = mergeAt(forms, place);
  return forms.map((choices) => templateOf(limits, choices));
}

function mergeAt(forms: readonly Choices[], place: number): readonly Choices[] {
  const groups = new Map<string, { readonly choices: Choices; readonly texts: Set<string> }>();
  const apart: Choices[] = [];
  for (const choices of forms) {
    const texts = choices[place];
    if (texts === undefined) {
      apart.push(choices);
      continue;
    }
    const key = JSON.stringify(choices.with(place, []));
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { choices, texts: new Set(texts) });
    else if (known.texts.size + texts.length > LIMITS.templateAlternatives) apart.push(choices);
    else for (const text of texts) known.texts.add(text);
  }
  const merged = [...groups.values()].map(({ choices, texts }) => choices.with(place, [...texts]));
  return [...merged, ...apart];
}

function templateOf(limits: CommandLimits, choices: Choices): CommandTemplate {
  const before: string[] = [];
  let fixed = true;
  const words = choices.map((texts): TemplateWord => {
    const isRange = fixed && before.length > 0 && allowsBeginning(limits, before);
    const word = (isRange ? rangeOf(texts) : undefined) ?? wordOf(texts);
    fixed &&= word.kind === 'literal';
    before.push(...texts);
    return word;
  });
  return { words };
}

function wordOf(texts: Argv): TemplateWord {
  return texts.length === 1 ? { kind: 'literal', text: texts.join('') } : { kind: 'one-of', texts };
}

/** Three or more whole numbers were meant as a range, where the token allowed anything in that place. */
function rangeOf(texts: Argv): TemplateWord | undefined {
  if (texts.length < RANGE_FROM || !texts.every((text) => /^(?:0|-?[1-9]\d{0,14})$/.test(text)))
    return undefined;
  const values = texts.map(BigInt);
  const least = values.reduce((low, value) => (value < low ? value : low));
  const most = values.reduce((high, value) => (value > high ? value : high));
  return { kind: 'integer', least, most };
}
