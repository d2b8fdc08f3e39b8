/** Flags as values: what a command declares is what help, parsing, completion and the reference page are made of. */

interface FlagBase {
  readonly help: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** Kept out of help and completion; for spellings that only exist because flyctl has them. */
  readonly hidden?: true;
}

export interface TextFlag extends FlagBase {
  readonly kind: 'text';
  /** What stands for the value in help: `APP`. */
  readonly value: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  /** How a shell completes the value. */
  readonly complete?: 'file' | 'directory';
}

export interface ListFlag extends FlagBase {
  readonly kind: 'list';
  readonly value: string;
}

export interface IntegerFlag extends FlagBase {
  readonly kind: 'integer';
  readonly value: string;
}

export interface SwitchFlag extends FlagBase {
  readonly kind: 'switch';
}

export type Flag = TextFlag | ListFlag | IntegerFlag | SwitchFlag;
export type Flags = Readonly<Record<string, Flag>>;

type ValueOf<F extends Flag> = F extends SwitchFlag
  ? boolean
  : F extends ListFlag
    ? readonly string[]
    : F extends IntegerFlag
      ? number | undefined
      : F extends { readonly default: string }
        ? string
        : string | undefined;

/** The values of declared flags; names are the camelCase keys of the declaration. */
export type FlagValues<F extends Flags> = { readonly [Key in keyof F]: ValueOf<F[Key]> };

type Rest<F> = Omit<F, 'kind' | 'help' | 'value'>;

/** A flag that takes one text; the last one wins. */
export function text<const Options extends Rest<TextFlag>>(
  value: string,
  help: string,
  options: Options,
): { readonly kind: 'text'; readonly value: string; readonly help: string } & Options {
  return { kind: 'text', value, help, ...options };
}

/** A flag that may be given several times; each value is kept whole, commas included. */
export function list(value: string, help: string, options: Rest<ListFlag> = {}): ListFlag {
  return { kind: 'list', value, help, ...options };
}

/** A flag that takes a whole number. */
export function integer(value: string, help: string, options: Rest<IntegerFlag> = {}): IntegerFlag {
  return { kind: 'integer', value, help, ...options };
}

/** A flag without a value. */
export function toggle(help: string, options: Rest<SwitchFlag> = {}): SwitchFlag {
  return { kind: 'switch', help, ...options };
}

/** `maxTimeout` → `--max-timeout`. */
export function longName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Flags every command has. */
export const GLOBAL_FLAGS = {
  accessToken: text(
    'TOKEN',
    'Token to use instead of the session; POSTERN_TOKEN keeps it from others on this host',
    {
      short: 't',
    },
  ),
  server: text('URL', 'Address of the server (also POSTERN_SERVER)', {}),
  context: text('NAME', 'Signed-in server to use, by its name (also POSTERN_CONTEXT)', {}),
  verbose: toggle('Say on stderr what is sent where'),
  debug: toggle('Same as --verbose', { hidden: true }),
  help: toggle('Show this help', { short: 'h' }),
} as const;

export type GlobalValues = FlagValues<typeof GLOBAL_FLAGS>;

/** Flags many commands share, worded once. */
export const SHARED_FLAGS = {
  app: text('APP', 'Name of the app (also POSTERN_APP, or `app` of the configuration file)', { short: 'a' }),
  config: text('PATH', 'Configuration file to read the name of the app from: postern.toml or fly.toml', {
    short: 'c',
    complete: 'file',
  }),
  org: text('ORG', 'Slug of the organization (also POSTERN_ORG)', { short: 'o' }),
  json: toggle('Print JSON', { short: 'j' }),
  yes: toggle('Do not ask for confirmation', { short: 'y' }),
} as const;
