import { PosternError } from '@postern/contract/errors';
import type { TokenResource } from '@postern/contract';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS, text } from '../../core/flags.ts';
import { chooseApp, namedApp } from '../../choose/app.ts';
import { chooseOrganization } from '../../choose/organization.ts';
import { print, printJson } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { printTable } from '../../output/table.ts';
import { connect, type Session } from '../../settings/connect.ts';

export const command = defineCommand({
  description:
    'List tokens: those of one app, or with --scope org those of an organization and of all its apps. ' +
    'The texts of tokens are not kept, so they cannot be listed.',
  count: [0, 0],
  flags: {
    app: SHARED_FLAGS.app,
    config: SHARED_FLAGS.config,
    org: SHARED_FLAGS.org,
    scope: text('SCOPE', 'Whose tokens: app or org', { short: 's' }),
    status: text('STATUS', 'Only tokens that are', {
      choices: ['live', 'expired', 'revoked', 'never_used', 'unused_60_days', 'long_lived'],
    }),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'Tokens of one app', line: 'postern tokens list -a demo' },
    { does: 'Tokens of the organization and of all its apps', line: 'postern tokens list --scope org' },
    {
      does: 'Ids of all tokens nobody has used',
      line: "postern tokens list -s org --status never_used --json | jq -r '.tokens[].id'",
    },
  ],
  json: {
    version: '1',
    scope: '`app` or `org`',
    of: 'name of the app or slug of the organization',
    tokens: 'token records, newest first',
  },
  run: async (io, { flags }) => {
    const scope = scopeOf(flags);
    const session = await connect(io, flags);
    const of =
      scope === 'app' ? await appInScope(io, flags, session) : await chooseOrganization(io, flags, session);
    const tokens = await allTokens(session, scope, of, flags.status);
    if (flags.json) {
      printJson(io, { version: 1, scope, of, tokens });
      return;
    }
    print(io, `Tokens for ${scope === 'app' ? 'app' : 'organization'} "${safeText(of)}":`);
    printTable(
      io,
      [
        { title: 'ID', cell: (token) => token.id, whole: true },
        { title: 'NAME', cell: (token) => token.name },
        ...(scope === 'org' ? [{ title: 'APP', cell: (token: TokenResource) => token.app ?? '' }] : []),
        { title: 'CREATED BY', cell: (token) => token.created_by },
        { title: 'EXPIRES AT', time: (token) => token.expires_at },
        { title: 'REVOKED AT', time: (token) => token.revoked_at },
        { title: 'LAST USED', ago: (token) => token.last_used_at },
      ],
      tokens,
    );
  },
});

type Scope = 'app' | 'org';

interface ScopeFlags {
  readonly app: string | undefined;
  readonly config: string | undefined;
  readonly org: string | undefined;
  readonly scope: string | undefined;
}

/** As flyctl: `-a` and `-c` force the app; then `-s`; then `-o` means the organization; then the app. */
function scopeOf(flags: ScopeFlags): Scope {
  if (flags.app !== undefined || flags.config !== undefined || flags.scope === 'app') return 'app';
  if (flags.scope !== undefined && flags.scope !== 'org') {
    throw new PosternError('bad_request', 'Please provide a valid scope: "app" or "org".');
  }
  return flags.scope === 'org' || flags.org !== undefined ? 'org' : 'app';
}

async function appInScope(
  io: Parameters<typeof chooseApp>[0],
  flags: ScopeFlags,
  session: Session,
): Promise<string> {
  const app = (await namedApp(io, flags)) ?? (await chooseApp(io, flags, session));
  if (flags.org === undefined) return app;
  const { organization } = await session.client.call(session.operations.showApp, { params: { app } });
  if (organization.slug !== flags.org) {
    throw new PosternError(
      'bad_request',
      `selected application "${app}" does not belong to selected organization "${flags.org}"`,
    );
  }
  return app;
}

async function allTokens(
  { client, operations }: Session,
  scope: Scope,
  of: string,
  status: string | undefined,
): Promise<TokenResource[]> {
  const tokens: TokenResource[] = [];
  let cursor: string | null = null;
  do {
    const query = {
      limit: 500,
      ...(cursor === null ? {} : { cursor }),
      ...(status === undefined ? {} : { status: operations.listAppTokens.query.shape.status.parse(status) }),
    };
    const page: { tokens: TokenResource[]; next_cursor: string | null } =
      scope === 'app'
        ? await client.call(operations.listAppTokens, { params: { app: of }, query })
        : await client.call(operations.listOrganizationTokens, { params: { org: of }, query });
    tokens.push(...page.tokens);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return tokens;
}
