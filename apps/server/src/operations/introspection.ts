import { PosternError } from '@postern/contract';
import {
  ACTION,
  caveatsToJson,
  encodeBase64,
  encodeToken,
  formatToken,
  parseActions,
  TokenError,
  type Access,
  type UnverifiedToken,
} from '@postern/token';
import type { CheckedToken } from '@postern/authority';
import type { Handlers } from '../http/routes.ts';
import { stringify } from '../http/stringify.ts';
import type { Services } from '../services.ts';

export const introspectionHandlers: Pick<
  Handlers,
  'currentTokens' | 'authenticateTokens' | 'authorizeAccess'
> = {
  async currentTokens(_input, { caller }, services) {
    if (caller.kind !== 'token') return { tokens: [] };
    const { valid, invalid } = await services.authority.checkHeader(caller.header);
    const [bad] = invalid;
    if (valid.length === 0 && bad !== undefined) throw bad.error;
    return { tokens: await Promise.all(valid.map((token) => describeReach(token, services))) };
  },

  async authenticateTokens({ body }, _facts, { authority }) {
    const { valid, invalid } = await authority.checkHeader(body.header);
    const [bad] = invalid;
    if (valid.length === 0 && bad !== undefined) throw bad.error;
    return valid.map(presentVerified);
  },

  async authorizeAccess({ body }, facts, services) {
    const access = await resolveAccess(body.access, services);
    const verified = await services.authority.authorizeAccess(
      body.header,
      access,
      'introspection.authorize',
      false,
      {
        source: facts.source,
      },
    );
    // The one answer that is asked for thousands of times a second: what a token is, is written once.
    const text = `{"access":${stringify(presentAccess(access))},"verified_token":${textOf(verified)}}`;
    return new Response(text, { headers: { 'content-type': 'application/json' } });
  },
};

/** By the token itself, which comes out the same for the same header as long as it is remembered. */
const texts = new WeakMap<UnverifiedToken, string>();

function textOf(verified: CheckedToken): string {
  const known = texts.get(verified.token);
  const text = known ?? stringify(presentVerified(verified));
  if (known === undefined) texts.set(verified.token, text);
  return text;
}

function presentVerified({ token, record, caveats }: CheckedToken) {
  return {
    header: `FlyV1 ${formatToken(token)}`,
    permission_token: [...encodeToken(token)],
    nonce: {
      kid: encodeBase64(token.nonce.kid),
      rnd: encodeBase64(token.nonce.rnd),
      proof: token.nonce.proof,
    },
    caveats: { caveats: caveatsToJson(caveats).map(({ type, body }) => ({ type, body })) },
    token_id: record.id,
  };
}

async function describeReach({ record, caveats }: CheckedToken, { store }: Services) {
  const organization = await store.findOrganization(record.organizationId);
  const app = record.appId === null ? undefined : await store.findApp(record.appId);
  const machines = caveats
    .flatMap((caveat) => (caveat.type === 'IfPresent' ? caveat.ifs : [caveat]))
    .flatMap((caveat) => (caveat.type === 'Machines' ? caveat.set.map(({ id }) => id) : []));
  const [machine, ...more] = machines;
  return {
    token_id: record.id,
    organization: organization?.publicId ?? '',
    org_slug: organization?.slug ?? '',
    apps: app === undefined ? null : [app.name],
    user: record.createdByEmail,
    source_machine_id: null,
    restricted_to_machine: machine !== undefined && more.length === 0 ? machine : null,
  };
}

type AskedAccess = Parameters<Handlers['authorizeAccess']>[0]['body']['access'];

/** Names to numbers, as the caveats hold them; that a machine belongs to its app is checked here. */
async function resolveAccess(asked: AskedAccess, { store, now }: Services): Promise<Access> {
  const app = asked.app_name === undefined ? undefined : await store.findApp(asked.app_name);
  if (asked.app_name !== undefined && app === undefined) {
    throw new PosternError('bad_request', `there is no app ${asked.app_name}`);
  }
  if (asked.machine_id !== undefined && (await store.findMachine(asked.machine_id))?.appId !== app?.id) {
    throw new PosternError(
      'bad_request',
      `machine ${asked.machine_id} is not of app ${asked.app_name ?? '(none)'}`,
    );
  }
  const organization =
    asked.org_slug === undefined ? undefined : await store.findOrganization(asked.org_slug);
  const orgId = app?.organizationId ?? organization?.id;
  if (organization !== undefined && app !== undefined && organization.id !== app.organizationId) {
    throw new PosternError('bad_request', `app ${app.name} is not of organization ${organization.slug}`);
  }
  return {
    kind: 'access',
    action: readAction(asked.action),
    now: now(),
    ...(orgId === undefined ? {} : { orgId: BigInt(orgId) }),
    ...(app === undefined ? {} : { appId: BigInt(app.id) }),
    ...(asked.org_feature === undefined ? {} : { feature: asked.org_feature }),
    ...(asked.app_feature === undefined ? {} : { appFeature: asked.app_feature }),
    ...(asked.machine_id === undefined ? {} : { machine: asked.machine_id }),
    ...(asked.machine_feature === undefined ? {} : { machineFeature: asked.machine_feature }),
    ...(asked.command === undefined ? {} : { command: asked.command }),
    ...(asked.volume_id === undefined ? {} : { volume: asked.volume_id }),
    ...(asked.storage_object === undefined ? {} : { storageObject: asked.storage_object }),
    ...(asked.mutation === undefined ? {} : { mutation: asked.mutation }),
    ...(asked.source_machine === undefined ? {} : { sourceMachine: asked.source_machine }),
  };
}

function readAction(text: string | undefined): number {
  if (text === undefined) return ACTION.none;
  try {
    return parseActions(text);
  } catch (error) {
    if (error instanceof TokenError) throw new PosternError('bad_request', error.message);
    throw error;
  }
}

function presentAccess(access: Access): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(access).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'bigint' ? Number(value) : value,
    ]),
  );
}
