/** Restrictions beyond commands, from flags to caveats. */
import { parseGoDuration } from '@postern/contract/go-duration';
import { PosternError } from '@postern/contract/errors';
import { readTemplate } from '@postern/contract/template-line';
import { caveatsToJson, encodeCaveats, type Caveat, type Json } from '@postern/token';
import { fromTokenError } from './presented-tokens.ts';
import type { CommandRule } from './command-rules.ts';
import type { RestrictionFlags } from './restriction-flags.ts';

export interface Restrictions {
  /** On everything the token does. */
  readonly everywhere: readonly Caveat[];
  /** On running a command only; they belong beside `Commands` in an `IfPresent`. */
  readonly onCommands: readonly Caveat[];
}

/**
 * @param commands what `-C`, `-p` and words allow.
 * @throws PosternError `bad_request` or `invalid_command` for a value that cannot be a restriction.
 */
export function readRestrictions(flags: RestrictionFlags, commands: readonly CommandRule[]): Restrictions {
  const { allowCidr } = flags;
  const everywhere: Caveat[] =
    allowCidr.length === 0 ? [] : [{ type: 'SourceAddress', networks: names(allowCidr) }];
  const onCommands = [...templates(flags.template, commands), ...limits(flags)];
  try {
    // Writing checks what a type cannot say: networks, directories, patterns.
    encodeCaveats([...everywhere, ...onCommands]);
  } catch (error) {
    throw fromTokenError(error);
  }
  return { everywhere, onCommands };
}

/** The same as the server is asked for it. */
export function restrictionsToJson({ everywhere, onCommands }: Restrictions): {
  caveats?: CaveatBody[];
  command_caveats?: CaveatBody[];
} {
  return {
    ...(everywhere.length === 0 ? {} : { caveats: toJson(everywhere) }),
    ...(onCommands.length === 0 ? {} : { command_caveats: toJson(onCommands) }),
  };
}

interface CaveatBody {
  readonly type: string;
  readonly body: Json;
}

function limits(flags: RestrictionFlags): Caveat[] {
  const { maxTimeout, maxOutput, noStdin, noTty, env, user, cwd } = flags;
  return [
    ...(noStdin ? [{ type: 'NoStdin' } as const] : []),
    ...(noTty ? [{ type: 'NoTty' } as const] : []),
    ...(maxTimeout === undefined ? [] : [{ type: 'MaxTimeout', seconds: wholeSeconds(maxTimeout) } as const]),
    ...(maxOutput === undefined
      ? []
      : [{ type: 'MaxOutput', bytes: positive('--max-output', maxOutput) } as const]),
    ...(env.length === 0 ? [] : [{ type: 'EnvNames', names: names(env) } as const]),
    ...(user.length === 0 ? [] : [{ type: 'RunAsUsers', names: names(user) } as const]),
    ...(cwd.length === 0 ? [] : [{ type: 'WorkingDirectories', names: names(cwd) } as const]),
  ];
}

/** Commands and templates restrict together; allowing what fits either one needs a single list of forms. */
function templates(lines: readonly string[], commands: readonly CommandRule[]): Caveat[] {
  if (lines.length === 0) return [];
  if (commands.length > 0) {
    throw new PosternError(
      'bad_request',
      '--template goes without -C, -p and words: all of them would have to fit',
      {
        hint: 'write an exact command as a template too',
      },
    );
  }
  return [{ type: 'CommandTemplates', templates: lines.map(readTemplate) }];
}

function wholeSeconds(duration: string): bigint {
  return positive('--max-timeout', Math.floor(parseGoDuration(duration) / 1000));
}

function positive(flag: string, value: number): bigint {
  if (value >= 1) return BigInt(value);
  throw new PosternError('bad_request', `the value of ${flag} allows nothing`);
}

/** In the order the token format wants: by bytes, none twice. */
function names(values: readonly string[]): string[] {
  if (values.some((value) => value.trim() === '')) {
    throw new PosternError('bad_request', 'the value of a restriction is blank', {
      hint: 'is a variable unset?',
    });
  }
  return [...new Set(values)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Numbers of the JSON form may be BigInt, which plain JSON cannot hold; these are all small. */
function toJson(caveats: readonly Caveat[]): CaveatBody[] {
  return caveatsToJson(caveats).map(({ type, body }) => ({ type, body: plain(body) }));
}

function plain(value: Json): Json {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
