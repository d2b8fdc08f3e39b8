/** Danger notes: what the maker of a command rule should know before handing it out. Advice, never the boundary. */
import type { CommandRule, CommandTemplate, TemplateWord } from '../caveat.ts';
import { DANGER_TABLE, type DangerKind, type DangerRow } from './table.ts';

export interface DangerNote {
  readonly kind: DangerKind | 'every-command' | 'no-command' | 'unclear-text' | 'program-by-name';
  /** A sentence for people. */
  readonly message: string;
  /** Where this is known from, where the note comes from the table. */
  readonly source?: string;
}

/**
 * What is dangerous about a rule: a program that runs other programs, options that do, or too wide a rule.
 *
 * An exact rule is warned of where its own words are dangerous; a prefix rule also where words could be added.
 */
export function dangerNotes(rule: CommandRule): DangerNote[] {
  const [program] = rule.args;
  if (program === undefined) {
    return rule.exact
      ? [{ kind: 'no-command', message: 'the rule allows only the empty command, which nothing runs' }]
      : [{ kind: 'every-command', message: 'the rule allows every command' }];
  }
  return [
    ...unclearText(rule.args),
    ...DANGER_TABLE.filter((row) => applies(row, program, rule)).map((row) =>
      noteOf(row, program, rule.exact),
    ),
  ];
}

/**
 * The same for a template: each program it may name, with the words that are certain; a word or tail that is not fixed
 * counts as room for more.
 */
export function templateDangerNotes(template: CommandTemplate): DangerNote[] {
  const [first, ...rest] = template.words;
  const open =
    template.tail !== undefined ||
    rest.some((word) => word.kind === 'pattern' && word.pattern.startsWith('-'));
  const certain = rest.flatMap(textsOf);
  const programs = first === undefined ? [] : textsOf(first);
  return programs.flatMap((program) => dangerNotes({ args: [program, ...certain], exact: !open }));
}

function textsOf(word: TemplateWord): readonly string[] {
  return word.kind === 'literal' ? [word.text] : word.kind === 'one-of' ? word.texts : [];
}

function applies(row: DangerRow, program: string, { args, exact }: CommandRule): boolean {
  // A path is not what the rule compares, but it is what runs.
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (!row.programs.some((known) => covers(known, name))) return false;
  // Without words of its own every use is dangerous; with them a prefix rule is, because they can be added.
  if (row.when === undefined || !exact) return true;
  const { when } = row;
  return args.slice(1).some((arg) => when.some((known) => covers(known, arg)));
}

/** `python*` covers python3.12, `--output=` covers --output=x and --output. */
function covers(known: string, word: string): boolean {
  if (known.endsWith('*')) return word.startsWith(known.slice(0, -1));
  if (known.endsWith('=')) return word === known.slice(0, -1) || word.startsWith(known);
  return word === known;
}

function noteOf(row: DangerRow, program: string, exact: boolean): DangerNote {
  const added = !exact && row.when !== undefined ? ' (words can be added to a prefix)' : '';
  return { kind: row.kind, message: `${JSON.stringify(program)}: ${row.how}${added}`, source: row.source };
}

/** Characters that look like others, or like nothing: pasted by accident more often than meant. */
const UNCLEAR = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}|[\u2013\u2014\u2018-\u201f\u2212]/u;

function unclearText(args: readonly string[]): DangerNote[] {
  const notes: DangerNote[] = [];
  const unclear = args.find((arg) => UNCLEAR.test(arg));
  if (unclear !== undefined) {
    notes.push({
      kind: 'unclear-text',
      message: `${escapeText(unclear)} holds characters that look like others or like nothing`,
    });
  }
  const [program = ''] = args;
  if (/\s/.test(program) || /^[A-Za-z_]\w*=/.test(program)) {
    notes.push({
      kind: 'program-by-name',
      message: `${escapeText(program)} is taken as the name of one program; nothing splits it`,
    });
  }
  return notes;
}

/** JSON with everything outside printable ASCII escaped. */
function escapeText(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[^ -~]/g,
    (char) => String.raw`\u` + char.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}
