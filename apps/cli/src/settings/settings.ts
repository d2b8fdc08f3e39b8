/** Which server, and as whom: flags first, then the environment, then the credentials file. */
import { PosternError } from '@postern/contract/errors';
import type { GlobalValues } from '../core/flags.ts';
import type { Io } from '../core/io.ts';
import { readCredentials } from './credentials-file.ts';

export const DEFAULT_SERVER = 'http://127.0.0.1:7070';

export interface Settings {
  readonly server: string;
  readonly serverFrom: string;
  readonly token: string | undefined;
  readonly tokenFrom: string;
  /** Name of the context in use, when there is one. */
  readonly context: string | undefined;
  readonly email: string | undefined;
}

export async function readSettings(io: Io, flags: GlobalValues): Promise<Settings> {
  const credentials = await readCredentials(io);
  const wanted = flags.context ?? nonEmpty(io.env['POSTERN_CONTEXT']);
  if (wanted !== undefined && !Object.hasOwn(credentials.contexts, wanted)) {
    const names = Object.keys(credentials.contexts);
    throw new PosternError('login_not_found', `there is no context "${wanted}"`, {
      hint: names.length === 0 ? 'sign in first: postern auth login' : `there are: ${names.join(', ')}`,
    });
  }
  const [server, serverFrom] = chooseServer(
    io,
    flags,
    credentials.contexts[wanted ?? credentials.current ?? ''],
  );
  // A session is only ever sent to the server it belongs to.
  const name =
    wanted ??
    [credentials.current ?? '', ...Object.keys(credentials.contexts)].find(
      (candidate) => credentials.contexts[candidate]?.server === server,
    );
  const own = name === undefined ? undefined : credentials.contexts[name];
  const context = own?.server === server ? own : undefined;
  const [token, tokenFrom] = chooseToken(io, flags, context?.token);
  return {
    server,
    serverFrom,
    token,
    tokenFrom,
    context: context === undefined ? undefined : name,
    email: token === context?.token ? context?.email : undefined,
  };
}

function chooseServer(
  io: Io,
  flags: GlobalValues,
  context: { readonly server: string } | undefined,
): readonly [string, string] {
  if (flags.server !== undefined) return [checkServer(flags.server, '--server'), '--server'];
  const fromEnvironment = nonEmpty(io.env['POSTERN_SERVER']);
  if (fromEnvironment !== undefined && flags.context === undefined) {
    return [checkServer(fromEnvironment, 'POSTERN_SERVER'), 'POSTERN_SERVER'];
  }
  if (context !== undefined) return [context.server, 'credentials file'];
  return [DEFAULT_SERVER, 'default'];
}

/** @returns the address without a slash at its end. */
export function checkServer(text: string, from: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new PosternError('bad_request', `${from}: "${text}" is not the address of a server`, {
      hint: `write it as ${DEFAULT_SERVER} or https://postern.example`,
    });
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new PosternError('bad_request', `${from}: the address holds more than scheme, host, port and path`);
  }
  return url.href.replace(/\/+$/, '');
}

function chooseToken(
  io: Io,
  flags: GlobalValues,
  session: string | undefined,
): readonly [string | undefined, string] {
  if (flags.accessToken !== undefined) {
    return [checkToken(flags.accessToken, '--access-token'), '--access-token'];
  }
  const fromEnvironment = io.env['POSTERN_TOKEN'];
  // Set and empty is what a missing CI secret looks like. Falling back to the session of whoever is signed in
  // would run the job with far more rights than it was given.
  if (fromEnvironment !== undefined) return [checkToken(fromEnvironment, 'POSTERN_TOKEN'), 'POSTERN_TOKEN'];
  return session === undefined ? [undefined, 'nowhere'] : [session, 'credentials file'];
}

function checkToken(text: string, from: string): string {
  const token = text.trim();
  if (token === '') {
    throw new PosternError('unauthenticated', `${from} is set but empty`, {
      hint: `give it a token, or leave ${from} out to use the signed-in session`,
    });
  }
  if (/[^\x20-\x7E]/.test(token)) {
    throw new PosternError('token_malformed', `${from} holds characters no token has (a line break?)`);
  }
  return token;
}

/** `Bearer` for sessions, `FlyV1` for scoped tokens, whichever of their spellings was given. */
export function authorizationFor(token: string): string {
  if (token.startsWith('fo1_')) return `Bearer ${token}`;
  return `FlyV1 ${token.replace(/^(?:FlyV1|Bearer) +/i, '')}`;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
