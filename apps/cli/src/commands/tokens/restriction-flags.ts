/** Flags that restrict a token beyond its commands. */
import { integer, list, text, toggle, type FlagValues } from '../../core/flags.ts';

export const RESTRICTION_FLAGS = {
  template: list('TEMPLATE', 'A form the command must have, such as "systemctl restart {web|worker}"'),
  allowCidr: list('NETWORK', 'Only from this network, such as 10.0.0.0/8'),
  maxTimeout: text('DURATION', 'Only with a timeout of at most this, such as 30s', {}),
  maxOutput: integer('BYTES', 'Only with an output limit of at most this'),
  noStdin: toggle('Only without stdin'),
  noTty: toggle('Only without a terminal'),
  env: list('NAME', 'Allow setting only this environment variable'),
  user: list('USER', 'Only as this user'),
  cwd: list('DIRECTORY', 'Only in this folder'),
} as const;

export type RestrictionFlags = FlagValues<typeof RESTRICTION_FLAGS>;
