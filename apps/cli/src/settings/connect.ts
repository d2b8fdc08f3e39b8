/** A client for the chosen server and credentials. Client and contract are loaded here, when first needed. */
import { PosternError } from '@postern/contract/errors';
import type { Operations } from '@postern/contract';
import type { Client } from '@postern/client';
import type { GlobalValues } from '../core/flags.ts';
import type { Io } from '../core/io.ts';
import { say } from '../output/print.ts';
import { withProgress } from '../output/progress.ts';
import { authorizationFor, readSettings, type Settings } from './settings.ts';

export interface Session {
  readonly client: Client;
  readonly operations: Operations;
  readonly settings: Settings;
}

/**
 * @param headers more headers of every request.
 * @throws PosternError `unauthenticated` when there is neither a session nor a token.
 */
export async function connect(
  io: Io,
  flags: GlobalValues,
  headers: Readonly<Record<string, string>> = {},
): Promise<Session> {
  const settings = await readSettings(io, flags);
  if (settings.token === undefined) {
    throw new PosternError('unauthenticated', `not signed in to ${settings.server}`, {
      hint: 'run: postern auth login, or give a token with -t or POSTERN_TOKEN',
    });
  }
  return open(io, flags, settings, headers);
}

/** Like {@link connect}, for what needs no credentials. */
export async function connectAnonymously(io: Io, flags: GlobalValues): Promise<Session> {
  return open(io, flags, { ...(await readSettings(io, flags)), token: undefined });
}

async function open(
  io: Io,
  flags: GlobalValues,
  settings: Settings,
  headers: Readonly<Record<string, string>> = {},
): Promise<Session> {
  const [{ createClient }, { operations }] = await Promise.all([
    import('@postern/client'),
    import('@postern/contract'),
  ]);
  const loud = flags.verbose || flags.debug;
  const client = createClient({
    server: settings.server,
    authorization: settings.token === undefined ? undefined : authorizationFor(settings.token),
    headers,
    transport: async (request) => {
      const begun = io.now();
      const response = await withProgress(io, `waiting for ${settings.server}`, () => io.transport(request));
      if (loud) {
        say(io, `${request.method} ${request.url} -> ${response.status} (${io.now() - begun} ms)`);
      }
      return response;
    },
  });
  if (loud) say(io, `server ${settings.server} (${settings.serverFrom}), token from ${settings.tokenFrom}`);
  return { client: withTokenHint(client, settings), operations, settings };
}

/** A token from the environment goes before the session, which is easily forgotten. */
function withTokenHint(client: Client, { tokenFrom }: Settings): Client {
  if (tokenFrom !== 'POSTERN_TOKEN') return client;
  return {
    ...client,
    call: async (operation, input) => {
      try {
        return await client.call(operation, input);
      } catch (error) {
        if (!(error instanceof PosternError) || error.code !== 'session_required') throw error;
        const { code, message, details } = error;
        const hint =
          'POSTERN_TOKEN is set and goes before the signed-in session; unset it, or: postern auth login';
        throw new PosternError(code, message, { hint, details, cause: error });
      }
    },
  };
}
