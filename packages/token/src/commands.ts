/** How a command is matched: item by item, byte for byte, case and all. No path look-up, no patterns. */
import type { CommandRule } from './caveat.ts';
import { quoteArgv } from './shell-words.ts';

/** Whether one rule allows an argv. Empty `args` with `exact: false` allows every command. */
export function commandMatches(rule: CommandRule, argv: readonly string[]): boolean {
  const { args, exact } = rule;
  if (args.length > argv.length || (exact && args.length !== argv.length)) return false;
  return args.every((arg, index) => arg === argv[index]);
}

/** A rule in words: ``exactly `uname -a` ``, ``anything starting with `git log` ``, `every command`. */
export function describeCommand({ args, exact }: CommandRule): string {
  if (args.length === 0) return exact ? 'only the empty command' : 'every command';
  return exact ? `exactly \`${quoteArgv(args)}\`` : `anything starting with \`${quoteArgv(args)}\``;
}

/** All rules of a caveat in words, joined by `or`. */
export function describeCommands(rules: readonly CommandRule[]): string {
  return rules.length === 0 ? 'no command' : rules.map(describeCommand).join(', or ');
}
