/** A server of its own, and requests to it as stock flyctl sends them: its headers, its queries, its order. */
import { attenuate, caveatsFromJson, formatHeader, parseHeader } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { expect } from 'vitest';
import { install, type Installation } from '../../../../test/e2e/installation.ts';
import { APP_COMPACT, CREATE_TOKEN } from './queries.ts';

export type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Json;
}

export interface GraphqlAnswer {
  readonly data: Json | null;
  readonly errors?: { readonly message: string; readonly extensions: Json }[];
}

export interface Contract {
  readonly postern: Installation;
  /** The owner's session, the token most requests are sent with. */
  readonly session: string;
  /** The path of the one machine. */
  readonly machine: string;
  rest(method: string, path: string, token: string, body?: unknown, headers?: Json): Promise<Answer>;
  /** A hand-written query: whitespace compacted, variables null when there are none. Its status is always 200. */
  graphql(query: string, variables: Json | null, token?: string): Promise<GraphqlAnswer>;
  /** What `fly tokens create` asks of the server for a profile, and the token it is given. */
  createToken(profile: string, params?: Json, expiry?: string): Promise<string>;
  remove(): Promise<void>;
}

const HEADERS = {
  'user-agent': 'flyctl/0.4.87 (interactive=false; parent=shell)',
  'fly-client-interactive': 'false',
  'fly-client-parent': 'shell',
};

export async function openContract(): Promise<Contract> {
  const postern = await install();
  const session = postern.session();

  const rest: Contract['rest'] = async (method, path, token, body, headers = {}) => {
    const response = await fetch(postern.url + path, {
      method,
      headers: {
        ...HEADERS,
        ...(token === '' ? {} : { authorization: token.startsWith('FlyV1') ? token : `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: (/^[[{]/.test(text) ? JSON.parse(text) : {}) as Json,
    };
  };

  const graphql: Contract['graphql'] = async (query, variables, token = session) => {
    const asked = { query, variables };
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      accept: 'application/json; charset=utf-8',
    };
    const { status, json, headers: answered } = await rest('POST', '/graphql', token, asked, headers);
    expect(status).toBe(200);
    expect(answered.get('content-type')).toContain('application/json');
    return json as unknown as GraphqlAnswer;
  };

  return {
    postern,
    session,
    machine: `/v1/apps/demo/machines/${postern.machine}`,
    rest,
    graphql,
    async createToken(profile, params = {}, expiry = '48h0m0s') {
      const { data } = await graphql(APP_COMPACT, { appName: 'demo' });
      const app = data?.['appcompact'] as { id: string; organization: { id: string } };
      const made = await rest('POST', '/graphql', session, {
        query: CREATE_TOKEN,
        operationName: 'CreateLimitedAccessToken',
        variables: {
          name: 'flyctl token',
          organizationId: app.organization.id,
          profile,
          profileParams: profile === 'deploy' ? { app_id: app.id, ...params } : params,
          expiry,
        },
      });
      type Made = { createLimitedAccessToken: { limitedAccessToken: { tokenHeader: string } } } | null;
      const token = (made.json['data'] as Made)?.createLimitedAccessToken.limitedAccessToken.tokenHeader;
      expect(token, made.text).toMatch(/^FlyV1 fm2_[A-Za-z0-9+/=]+$/);
      return token ?? '';
    },
    remove: () => postern.remove(),
  };
}

/** Caveats appended on the client, as flyctl does after it was given a token. */
export function narrow(header: string, ...caveats: readonly unknown[]): string {
  const parsed = caveatsFromJson([...caveats] as Parameters<typeof caveatsFromJson>[0]);
  return formatHeader(parseHeader(header).map((token) => attenuate(token, parsed, nodeCrypto)));
}

/** What `fly tokens create machine-exec` does on the client. */
export function machineExec(header: string, ...commands: readonly Json[]): string {
  return narrow(header, {
    type: 'IfPresent',
    body: { ifs: [{ type: 'Commands', body: commands }], else: 'r' },
  });
}
