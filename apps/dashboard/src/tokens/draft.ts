/** A token as it is being written: from what stands in the form to what the server is asked, and to a command line. */
import {
  joinShellWords,
  parseGoDuration,
  PosternError,
  readTemplate,
  splitShellWords,
  type Profile,
  type TemplateLine,
} from '@postern/contract';
import {
  ACTION,
  caveatsToJson,
  encodeCaveats,
  stringifyExactJson,
  TokenError,
  type Caveat,
  type CommandRule,
} from '@postern/token';
import { adviceOn } from '../execs/shell-advice.ts';
import { readLifetime } from './lifetime-field.tsx';
import { literalText } from './template-text.ts';

export type How = 'exact' | 'prefix' | 'template';

export interface RuleDraft {
  readonly key: number;
  readonly line: string;
  readonly how: How;
}

export interface Draft {
  readonly profile: Profile;
  readonly rules: readonly RuleDraft[];
  readonly machines: readonly string[];
  /** A Go duration; `0` is for ever. */
  readonly expiry: string;
  readonly name: string;
  readonly noRead: boolean;
  /** Networks, separated by blanks or commas. */
  readonly networks: string;
  /** A Go duration, or empty. */
  readonly maxTimeout: string;
  readonly noStdin: boolean;
  readonly noTty: boolean;
}

/** Numbers of the place the token is for, as they stand in its caveats. */
export interface DraftPlace {
  readonly organizationId: number;
  readonly organization: string;
  readonly appId: number | undefined;
  readonly app: string | undefined;
}

export interface ReadRule {
  readonly key: number;
  /** The words the line is taken apart into, when it is an argv. */
  readonly words: readonly string[];
  readonly error: string | undefined;
  /** What a reader used to shells may not expect. */
  readonly advice: string | undefined;
}

export interface ReadDraft {
  readonly rules: readonly ReadRule[];
  /** What is wrong besides single rules. */
  readonly problems: readonly string[];
  /** Whether it can be created as it is. */
  readonly complete: boolean;
  /** What the token would hold. Rules that cannot be read are left out. */
  readonly caveats: readonly Caveat[];
  /** Of the body: what is the same for both ways to mint. */
  readonly request: {
    readonly commands: { args: string[]; exact: boolean }[];
    readonly caveats: { type: string; body: unknown }[];
    readonly commandCaveats: { type: string; body: unknown }[];
  };
  /** The same as a command line. */
  readonly commandLine: string;
}

/** @param now milliseconds since the epoch. */
export function readDraft(draft: Draft, place: DraftPlace, now: number): ReadDraft {
  const runs = draft.profile === 'machine_exec';
  const written = runs ? draft.rules.filter(({ line }) => line.trim() !== '') : [];
  const forms = written.some(({ how }) => how === 'template');
  const read = written.map((rule) => readRule(rule, forms));
  const commands = read.flatMap(({ command }) => (command === undefined ? [] : [command]));
  const templates = read.flatMap(({ template }) => (template === undefined ? [] : [template]));
  const restrictions = readRestrictions(draft, templates);
  const lifetime = readLifetime(draft.expiry);
  const problems = [
    ...restrictions.problems,
    ...(lifetime === undefined ? ['The lifetime is no duration.'] : []),
    ...(runs && written.length === 0 ? ['Name at least one command.'] : []),
  ];
  return {
    rules: read,
    problems,
    complete: problems.length === 0 && read.every(({ error }) => error === undefined),
    caveats: caveatsOf(draft, place, commands, restrictions, lifetime ?? null, now),
    request: {
      commands: commands.map(({ args, exact }) => ({ args: [...args], exact })),
      caveats: toJson(restrictions.everywhere),
      commandCaveats: toJson(restrictions.onCommands),
    },
    commandLine: commandLineOf(draft, place, read, forms),
  };
}

interface RuleReading extends ReadRule {
  readonly how: How;
  readonly line: string;
  readonly command: CommandRule | undefined;
  readonly template: TemplateLine | undefined;
}

/** @param forms whether the token has templates: then every rule is one, because lists restrict together. */
function readRule({ key, line, how }: RuleDraft, forms: boolean): RuleReading {
  const base = { key, how, line, words: [], advice: undefined, command: undefined, template: undefined };
  try {
    if (how === 'template') {
      const template = readTemplate(line);
      encodeCaveats([{ type: 'CommandTemplates', templates: [template] }]);
      return { ...base, error: undefined, template };
    }
    const words = splitShellWords(line);
    if ((words[0] ?? '') === '') return { ...base, error: 'The command is blank.' };
    if (forms && how === 'prefix') {
      return { ...base, words, error: 'Beside a form with holes, write this as a form too.' };
    }
    const advice = adviceOn(words);
    const read = { ...base, words, advice, error: undefined };
    return forms
      ? { ...read, template: { words: words.map((text) => ({ kind: 'literal', text })) } }
      : { ...read, command: { args: words, exact: how === 'exact' } };
  } catch (thrown) {
    return { ...base, error: sentence(thrown) };
  }
}

interface Restrictions {
  readonly everywhere: readonly Caveat[];
  readonly onCommands: readonly Caveat[];
  readonly problems: readonly string[];
}

function readRestrictions(draft: Draft, templates: readonly TemplateLine[]): Restrictions {
  const problems: string[] = [];
  const checked = (caveat: Caveat): Caveat[] => {
    try {
      encodeCaveats([caveat]);
      return [caveat];
    } catch (thrown) {
      problems.push(sentence(thrown));
      return [];
    }
  };
  const networks = [...new Set(draft.networks.split(/[\s,]+/).filter((text) => text !== ''))].sort();
  const everywhere = networks.length === 0 ? [] : checked({ type: 'SourceAddress', networks });
  if (draft.profile !== 'machine_exec') return { everywhere, onCommands: [], problems };
  const seconds = readSeconds(draft.maxTimeout);
  if (seconds === undefined && draft.maxTimeout.trim() !== '') {
    problems.push('The longest run is no duration of a second or more.');
  }
  return {
    everywhere,
    problems,
    onCommands: [
      ...(templates.length === 0 ? [] : checked({ type: 'CommandTemplates', templates })),
      ...(draft.noStdin ? [{ type: 'NoStdin' } as const] : []),
      ...(draft.noTty ? [{ type: 'NoTty' } as const] : []),
      ...(seconds === undefined ? [] : [{ type: 'MaxTimeout', seconds } as const]),
    ],
  };
}

function readSeconds(duration: string): bigint | undefined {
  if (duration.trim() === '') return undefined;
  try {
    const seconds = Math.floor(parseGoDuration(duration.trim()) / 1000);
    return seconds < 1 ? undefined : BigInt(seconds);
  } catch {
    return undefined;
  }
}

/** The caveats the server will write, in its order; a test compares the two. */
function caveatsOf(
  draft: Draft,
  place: DraftPlace,
  commands: readonly CommandRule[],
  restrictions: Restrictions,
  lifetimeMs: number | null,
  now: number,
): readonly Caveat[] {
  const seconds = (milliseconds: number): bigint => BigInt(Math.floor(milliseconds / 1000));
  const otherwise = draft.noRead ? ACTION.none : ACTION.r;
  const machines = draft.machines.map((id) => ({ id, mask: ACTION.all }));
  const inApp = draft.profile === 'machine_exec' || draft.profile === 'deploy';
  const allowed = commands.length === 0 ? [{ args: [], exact: false }] : commands;
  return [
    ...(lifetimeMs === null
      ? []
      : [
          {
            type: 'ValidityWindow',
            notBefore: seconds(now),
            notAfter: seconds(now + lifetimeMs),
          } as const,
        ]),
    {
      type: 'Organization',
      id: BigInt(place.organizationId),
      mask: draft.profile === 'readonly' ? ACTION.r : ACTION.all,
    },
    ...(inApp && place.appId !== undefined
      ? [{ type: 'Apps', apps: [{ id: BigInt(place.appId), mask: ACTION.all }] } as const]
      : []),
    ...(draft.profile === 'machine_exec'
      ? [
          {
            type: 'IfPresent',
            ifs: [{ type: 'Commands', commands: allowed } as const, ...restrictions.onCommands],
            else: otherwise,
          } as const,
        ]
      : []),
    ...(draft.profile === 'machine_exec' && machines.length > 0
      ? [{ type: 'IfPresent', ifs: [{ type: 'Machines', set: machines } as const], else: otherwise } as const]
      : []),
    ...restrictions.everywhere,
  ];
}

function commandLineOf(
  draft: Draft,
  place: DraftPlace,
  rules: readonly RuleReading[],
  forms: boolean,
): string {
  const verbs: Readonly<Record<Profile, string>> = {
    machine_exec: 'machine-exec',
    deploy: 'deploy',
    readonly: 'readonly',
    deploy_organization: 'org',
  };
  const parts = ['postern', 'tokens', 'create', verbs[draft.profile]];
  if (place.app === undefined) parts.push('-o', place.organization);
  else parts.push('-a', place.app);
  if (draft.name.trim() !== '') parts.push('-n', draft.name.trim());
  const lifetime = readLifetime(draft.expiry);
  if (lifetime !== undefined) parts.push('-x', lifetime === null ? '0' : draft.expiry.trim());
  const networks = draft.networks
    .split(/[\s,]+/)
    .filter((text) => text !== '')
    .flatMap((network) => ['--allow-cidr', network]);
  if (draft.profile !== 'machine_exec') {
    const created = joinShellWords(parts);
    // Only machine-exec tokens are created with networks; others are narrowed to them.
    return networks.length === 0
      ? created
      : `postern tokens attenuate -t "$(${created})" ${joinShellWords(networks)}`;
  }
  for (const { how, line, words } of rules) {
    if (how === 'template') parts.push('--template', line.trim());
    else if (forms) parts.push('--template', joinShellWords(words.map(literalText)));
    else parts.push(how === 'exact' ? '-C' : '-p', joinShellWords(words));
  }
  for (const id of draft.machines) parts.push('--machine', id);
  parts.push(...networks);
  if (draft.maxTimeout.trim() !== '') parts.push('--max-timeout', draft.maxTimeout.trim());
  if (draft.noStdin) parts.push('--no-stdin');
  if (draft.noTty) parts.push('--no-tty');
  if (draft.noRead) parts.push('--no-read');
  return joinShellWords(parts);
}

/** The JSON form with plain numbers: every number here is small. */
function toJson(caveats: readonly Caveat[]): { type: string; body: unknown }[] {
  return caveatsToJson(caveats).map(({ type, body }) => ({
    type,
    body: JSON.parse(stringifyExactJson(body)) as unknown,
  }));
}

function sentence(thrown: unknown): string {
  const known = thrown instanceof PosternError || thrown instanceof TokenError;
  const text = known ? thrown.message : 'this cannot be read';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
