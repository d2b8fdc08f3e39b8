import { PosternError } from '@postern/contract/errors';
import { defineCommand } from '../../core/command.ts';
import { readStdin } from '../../core/read-stdin.ts';
import { SHARED_FLAGS, text, toggle } from '../../core/flags.ts';
import { printJson, say, warn } from '../../output/print.ts';
import { safeText } from '../../output/safe-text.ts';
import { connectAnonymously } from '../../settings/connect.ts';
import { readCredentials, writeCredentials } from '../../settings/credentials-file.ts';
import { checkServer, readSettings } from '../../settings/settings.ts';
import { loginInBrowser } from './login-in-browser.ts';
import { readLoginLink } from './login-link.ts';

export const command = defineCommand({
  description:
    'Sign in to a server. Opens a browser; when the browser is on another machine, paste the code it shows. With ' +
    '--link no browser is needed: the server prints such a link at first start, and admins get one for new members. ' +
    'Each server becomes a context; the newest is used until `postern auth switch`.',
  flags: {
    link: text('URL', 'One-time login link; - reads it from stdin, where others do not see it', {}),
    name: text('NAME', 'Name of the context (default: the host of the server)', { short: 'n' }),
    noBrowser: toggle('Do not open a browser, print the address only'),
    json: SHARED_FLAGS.json,
  },
  examples: [
    { does: 'Sign in with a browser', line: 'postern auth login --server https://postern.example' },
    {
      does: 'With a one-time link',
      line: 'postern auth login --link "http://127.0.0.1:7070/login#secret"',
    },
  ],
  json: { version: '1', context: 'name', server: 'its address', email: 'who is signed in' },
  run: async (io, { flags }) => {
    const anonymous = { ...flags, accessToken: undefined };
    const link =
      flags.link === undefined
        ? undefined
        : readLoginLink(flags.link === '-' ? await readStdin(io) : flags.link);
    const server =
      link === undefined
        ? (await readSettings({ ...io, env: withoutToken(io.env) }, anonymous)).server
        : checkServer(flags.server ?? link.server, '--link');
    const quiet = { ...anonymous, server, context: undefined };
    const session = await connectAnonymously({ ...io, env: withoutToken(io.env) }, quiet);
    const { client, operations } = session;
    const token =
      link === undefined
        ? await loginInBrowser(io, server, flags.noBrowser)
        : (await client.call(operations.redeemLoginLink, { body: { login_secret: link.secret } }))
            .access_token;
    if (token === null) throw new PosternError('login_failed', 'the server answered no session');
    const { createClient } = await import('@postern/client');
    const signedIn = createClient({ server, transport: io.transport, authorization: `Bearer ${token}` });
    const { email } = await signedIn.call(operations.showSession, {});
    const credentials = await readCredentials(io);
    const name = flags.name ?? nameFor(server, credentials.contexts);
    await writeCredentials(io, {
      current: name,
      contexts: { ...credentials.contexts, [name]: { server, token, email } },
    });
    if (flags.json) printJson(io, { version: 1, context: name, server, email });
    else say(io, `successfully logged in as ${safeText(email)} (context ${safeText(name)})`);
    if (io.env['POSTERN_TOKEN'] !== undefined) {
      warn(io, 'POSTERN_TOKEN is set and goes before this session; unset it to use the session');
    }
  },
});

function withoutToken(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const { POSTERN_TOKEN: _token, ...rest } = env;
  return rest;
}

/** The context that already stands for the server, else its host. */
function nameFor(server: string, contexts: Readonly<Record<string, { readonly server: string }>>): string {
  const known = Object.entries(contexts).find(([, context]) => context.server === server)?.[0];
  if (known !== undefined) return known;
  const { host } = new URL(server);
  return Object.hasOwn(contexts, host) ? server : host;
}
