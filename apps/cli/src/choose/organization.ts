/** Which organization is meant: `-o`, then `POSTERN_ORG`, then an argument, then the only one, then a question. */
import { PosternError } from '@postern/contract/errors';
import type { Io } from '../core/io.ts';
import { choose, mayAsk } from '../core/prompt.ts';
import { say } from '../output/print.ts';
import { safeText } from '../output/safe-text.ts';
import type { Session } from '../settings/connect.ts';

export interface OrganizationFlags {
  readonly org: string | undefined;
}

export function namedOrganization(io: Io, flags: OrganizationFlags, argument?: string): string | undefined {
  return [flags.org, io.env['POSTERN_ORG'], argument].find((slug) => slug !== undefined && slug !== '');
}

/** @throws PosternError `bad_request` that names the flag when the organization cannot be known. */
export async function chooseOrganization(
  io: Io,
  flags: OrganizationFlags,
  session: Session,
  argument?: string,
): Promise<string> {
  const named = namedOrganization(io, flags, argument);
  if (named !== undefined) {
    // flyctl's order; but an argument that has no effect is worth a word.
    const lost = argument !== undefined && argument !== '' && argument !== named;
    if (lost) say(io, `note: using ${safeText(named)}: -o and POSTERN_ORG go before the argument`);
    return named;
  }
  const { organizations } = await session.client.call(session.operations.listOrganizations, {});
  const [only] = organizations;
  if (organizations.length === 1 && only !== undefined) return only.slug;
  if (organizations.length === 0) {
    throw new PosternError('organization_not_found', 'you belong to no organization', {
      hint: 'create one: postern orgs create SLUG',
    });
  }
  if (!mayAsk(io)) {
    throw new PosternError('bad_request', 'which organization? You belong to several', {
      hint: `name one with -o ORG or POSTERN_ORG: ${organizations.map(({ slug }) => slug).join(', ')}`,
    });
  }
  const index = await choose(
    io,
    'Select Organization:',
    organizations.map(({ name, slug }) => `${name} (${slug})`),
  );
  return organizations[index]?.slug ?? '';
}
