/** Postern's own restrictions as clauses for people. */
import type { OwnCaveat } from '../caveat.ts';
import { describeTemplates } from './template.ts';

export function describeRestriction(caveat: OwnCaveat): string {
  switch (caveat.type) {
    case 'SourceAddress':
      return `only from ${caveat.networks.join(', ') || 'nowhere'}`;
    case 'NoStdin':
      return 'without stdin';
    case 'NoTty':
      return 'without a terminal';
    case 'MaxTimeout':
      return `with a timeout of at most ${caveat.seconds} s`;
    case 'MaxOutput':
      return `with an output limit of at most ${caveat.bytes} bytes`;
    case 'EnvNames':
      return `setting no environment variable${caveat.names.length === 0 ? '' : ` but ${caveat.names.join(', ')}`}`;
    case 'RunAsUsers':
      return `only as the user ${caveat.names.join(' or ') || '(none)'}`;
    case 'WorkingDirectories':
      return `only in ${caveat.names.join(' or ') || 'no directory'}`;
    case 'CommandTemplates':
      return `runs ${describeTemplates(caveat.templates)}`;
  }
}
