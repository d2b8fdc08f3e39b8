/** What a token allows, taken apart for people: commands, machines, and everything else in words. */
import { caveatsFromJson, describeCaveat, type Caveat, type CommandRule, type Names } from '@postern/token';
import { templateText } from './template-text.ts';

/** One way to satisfy a list of commands. */
export type AllowedForm =
  | { readonly kind: 'rule'; readonly rule: CommandRule }
  /** A form with holes. */
  | { readonly kind: 'template'; readonly text: string };

export interface Allowance {
  /** Each list must have a form that fits; no list at all allows every command. */
  readonly commands: readonly (readonly AllowedForm[])[];
  /** Ids of the machines it is pinned to; undefined is every machine. */
  readonly machines: readonly string[] | undefined;
  /** Further restrictions, each a clause. */
  readonly others: readonly string[];
}

/** @returns undefined for caveats this page cannot read; the record's own summary stands in for them. */
export function readCaveats(json: unknown): readonly Caveat[] | undefined {
  try {
    return caveatsFromJson(json);
  } catch {
    return undefined;
  }
}

export function allowanceOf(caveats: readonly Caveat[], names: Names = {}): Allowance {
  const commands: (readonly AllowedForm[])[] = [];
  const others = new Set<string>();
  let machines: readonly string[] | undefined;
  for (const caveat of flatten(caveats)) {
    if (caveat.type === 'Commands') {
      if (!caveat.commands.some(allowsAll)) {
        commands.push(caveat.commands.map((rule) => ({ kind: 'rule', rule })));
      }
    } else if (caveat.type === 'CommandTemplates') {
      commands.push(caveat.templates.map((template) => ({ kind: 'template', text: templateText(template) })));
    } else if (caveat.type === 'Machines') {
      const ids = caveat.set.map(({ id }) => id);
      const before = machines;
      machines = before === undefined ? ids : before.filter((id) => ids.includes(id));
    } else if (!ELSEWHERE.has(caveat.type)) {
      const text = describeCaveat(caveat, names);
      if (text !== undefined) others.add(text);
    }
  }
  return { commands, machines, others: [...others] };
}

/** Told by other parts of a page: where the token belongs and until when. */
const ELSEWHERE: ReadonlySet<Caveat['type']> = new Set([
  'ValidityWindow',
  'Organization',
  'Apps',
  'IsUser',
  'IfPresent',
]);

const allowsAll = (rule: CommandRule): boolean => rule.args.length === 0 && !rule.exact;

function* flatten(caveats: readonly Caveat[]): Generator<Caveat> {
  for (const caveat of caveats) {
    yield caveat;
    if (caveat.type === 'IfPresent') yield* flatten(caveat.ifs);
  }
}
