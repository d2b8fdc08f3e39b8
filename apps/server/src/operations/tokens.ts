import { parseGoDuration, PosternError } from '@postern/contract';
import { caveatsFromJson, TokenError, type Caveat } from '@postern/token';
import { narrowingOf } from './narrow-token.ts';
import type { OrganizationRecord, TokenQuery, TokenRecord } from '@postern/store';
import type { Handlers } from '../http/routes.ts';
import type { Services } from '../services.ts';
import { readCursor } from './execs.ts';
import { findApp, findMachine, findOrganization } from './find.ts';
import { presentToken, time } from './present.ts';

type Keys =
  | 'mintAppToken'
  | 'mintOrganizationToken'
  | 'listAppTokens'
  | 'listOrganizationTokens'
  | 'showToken'
  | 'narrowToken'
  | 'renameToken'
  | 'revokeToken'
  | 'revokeManyTokens'
  | 'rotateToken';

export const tokenHandlers: Pick<Handlers, Keys> = {
  async mintAppToken({ params, body }, { person, source }, services) {
    const { app, organization } = await findApp(params.app, person, services);
    for (const machine of body.machines ?? []) await findMachine(app, machine, services);
    const { header, record } = await services.authority.mint(
      person,
      {
        organization,
        app,
        profile: body.profile,
        ...(body.name === undefined ? {} : { name: body.name }),
        ...readExpiry(body.expiry),
        commands: body.commands ?? [],
        machines: body.machines ?? [],
        noRead: body.no_read ?? false,
        caveats: readCaveats(body.caveats),
        commandCaveats: readCaveats(body.command_caveats),
        dryRun: body.dry_run ?? false,
      },
      { source },
    );
    return { token: header, record: presentToken(record, organization.slug, app.name, services.now()) };
  },

  async mintOrganizationToken({ params, body }, { person, source }, services) {
    const { organization } = await findOrganization(params.org, person, services);
    const { header, record } = await services.authority.mint(
      person,
      {
        organization,
        app: null,
        profile: body.profile,
        ...(body.name === undefined ? {} : { name: body.name }),
        ...readExpiry(body.expiry),
        caveats: readCaveats(body.caveats),
        dryRun: body.dry_run ?? false,
      },
      { source },
    );
    return { token: header, record: presentToken(record, organization.slug, null, services.now()) };
  },

  async listAppTokens({ params, query }, { person }, services) {
    const { app, organization } = await findApp(params.app, person, services);
    return page(organization, { ...query, appId: app.id }, services);
  },

  async listOrganizationTokens({ params, query }, { person }, services) {
    const { organization } = await findOrganization(params.org, person, services);
    return page(organization, query, services);
  },

  async showToken({ params }, { person }, services) {
    const record = await services.authority.findToken(person, params.token);
    const usage = await services.store.tokenUsage(record.organizationId, record.id);
    return { ...(await present(record, services)), usage: usage.map((day) => ({ ...day })) };
  },

  async narrowToken({ params }, { person }, services) {
    return narrowingOf(await services.authority.findToken(person, params.token), services);
  },

  async renameToken({ params, body }, { person, source }, services) {
    return present(await services.authority.rename(person, params.token, body.name, { source }), services);
  },

  async revokeToken({ params, body }, { person, source }, services) {
    return present(
      await services.authority.revoke(person, params.token, body.reason ?? null, { source }),
      services,
    );
  },

  async revokeManyTokens({ params, body }, { person, source }, services) {
    const { organization } = await findOrganization(params.org, person, services);
    const ids = body.ids ?? (await liveTokenIds(organization, body.app, body.creator, services));
    const revoked: string[] = [];
    const failed: { id: string; code: string; error: string }[] = [];
    for (const id of ids) {
      const record = await services.store.findToken(id);
      if (record?.organizationId !== organization.id) {
        failed.push({ id, code: 'token_not_found', error: `${organization.slug} has no token ${id}` });
        continue;
      }
      await services.authority.revoke(person, id, body.reason ?? null, { source });
      revoked.push(id);
    }
    return { revoked, failed };
  },

  async rotateToken({ params, body }, { person, source }, services) {
    const { header, record, oldDiesAt } = await services.authority.rotate(
      person,
      params.token,
      {
        ...readExpiry(body.expiry),
        ...(body.grace === undefined ? {} : { graceMs: readGrace(body.grace) }),
        ...(body.on_first_use === undefined ? {} : { onFirstUse: body.on_first_use }),
        caveats: readCaveats(body.caveats),
      },
      { source },
    );
    return { token: header, record: await present(record, services), old_dies_at: time(oldDiesAt) };
  },
};

function readGrace(grace: string): number {
  const milliseconds = parseGoDuration(grace);
  if (milliseconds < 0) throw new PosternError('bad_request', `a grace of ${grace} lies in the past`);
  return milliseconds;
}

/** An empty text or zero asks for a token that never expires, as flyctl's `-x 0` does. */
function readExpiry(expiry: string | undefined): { lifetimeMs?: number | null } {
  if (expiry === undefined) return {};
  const lifetimeMs = expiry === '' ? 0 : parseGoDuration(expiry);
  if (lifetimeMs < 0) {
    throw new PosternError('bad_request', `an expiry of ${expiry} lies in the past`, {
      hint: 'give an expiry such as 48h',
    });
  }
  return { lifetimeMs: lifetimeMs === 0 ? null : lifetimeMs };
}

function readCaveats(caveats: readonly unknown[] | undefined): Caveat[] {
  try {
    return caveatsFromJson(caveats ?? []);
  } catch (error) {
    if (error instanceof TokenError)
      throw new PosternError('bad_request', `a caveat cannot be read: ${error.message}`);
    throw error;
  }
}

type PageQuery = Pick<TokenQuery, 'appId' | 'createdBy'> & {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: TokenQuery['status'] | undefined;
  readonly search?: string | undefined;
  readonly sort?: TokenQuery['sort'] | undefined;
};

async function page(organization: OrganizationRecord, query: PageQuery, services: Services) {
  const offset = readCursor(query.cursor);
  const now = services.now();
  const { tokens, total } = await services.store.listTokens({
    organizationId: organization.id,
    ...(query.appId === undefined ? {} : { appId: query.appId }),
    ...(query.createdBy === undefined ? {} : { createdBy: query.createdBy }),
    ...(query.status === undefined ? {} : { status: query.status }),
    ...(query.search === undefined ? {} : { search: query.search }),
    ...(query.sort === undefined ? {} : { sort: query.sort }),
    now,
    limit: query.limit,
    offset,
  });
  const apps = new Map((await services.store.listApps(organization.id)).map((app) => [app.id, app.name]));
  return {
    tokens: tokens.map((token) => presentToken(token, organization.slug, appNameOf(token, apps), now)),
    next_cursor: offset + tokens.length < total ? String(offset + tokens.length) : null,
    total,
  };
}

/** The app of a token may be gone; the token is then revoked, and still listed. */
function appNameOf(token: TokenRecord, apps: ReadonlyMap<number, string>): string | null {
  return token.appId === null ? null : (apps.get(token.appId) ?? `deleted app ${token.appId}`);
}

async function present(record: TokenRecord, { store, now }: Services) {
  const organization = await store.findOrganization(record.organizationId);
  const app = record.appId === null ? undefined : await store.findApp(record.appId);
  const names = new Map(app === undefined ? [] : [[app.id, app.name]]);
  return presentToken(record, organization?.slug ?? '', appNameOf(record, names), now());
}

async function liveTokenIds(
  organization: OrganizationRecord,
  appName: string | undefined,
  creator: string | undefined,
  { store, now }: Services,
): Promise<string[]> {
  const app = appName === undefined ? undefined : await store.findApp(appName);
  if (appName !== undefined && app?.organizationId !== organization.id) {
    throw new PosternError('app_not_found', `${organization.slug} has no app ${appName}`);
  }
  const user = creator === undefined ? undefined : await store.findUserByEmail(creator);
  // Who has an account elsewhere on this server is not said here.
  if (creator !== undefined && user === undefined) throw noTokensOf(creator, organization);
  const { tokens } = await store.listTokens({
    organizationId: organization.id,
    ...(app === undefined ? {} : { appId: app.id }),
    ...(user === undefined ? {} : { createdBy: user.id }),
    status: 'live',
    now: now(),
    limit: Number.MAX_SAFE_INTEGER,
    offset: 0,
  });
  if (creator !== undefined && tokens.length === 0) throw noTokensOf(creator, organization);
  return tokens.map(({ id }) => id);
}

function noTokensOf(creator: string, { slug }: OrganizationRecord): PosternError {
  return new PosternError('user_not_found', `${creator} has no live token in ${slug}`, {
    hint: `see \`postern tokens list -s org -o ${slug}\``,
  });
}
