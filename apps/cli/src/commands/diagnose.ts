/** The checks of `postern doctor`, in order; a check that needs a broken one is skipped. */
import { PosternError } from '@postern/contract/errors';
import type { GlobalValues } from '../core/flags.ts';
import type { Io } from '../core/io.ts';
import { connect, connectAnonymously } from '../settings/connect.ts';
import { credentialsMode, credentialsPath, readCredentials } from '../settings/credentials-file.ts';
import { readSettings } from '../settings/settings.ts';
import { lookAtCertificate } from './diagnosis/certificate.ts';
import type { Check, Finding } from './diagnosis/check.ts';
import { lookAtAgentIdentity, lookAtDataDirectory } from './diagnosis/local-files.ts';
import { lookAtReadiness, lookAtVersion, type Ask } from './diagnosis/server-state.ts';

const MAX_CLOCK_SKEW_MILLISECONDS = 30_000;

/** Checks that ask the server, in order. */
const OF_THE_SERVER = [
  'certificate',
  'server',
  'ready',
  'version',
  'clock',
  'signed in',
  'machines',
] as const;

/** @param dataDir the data directory of a server on this host, when it was named. */
export async function diagnose(io: Io, flags: GlobalValues, dataDir: string | undefined): Promise<Check[]> {
  const checks: Check[] = [];
  const check = async (name: string, look: () => Promise<Finding>): Promise<boolean> => {
    try {
      checks.push({ name, ...(await look()) });
    } catch (error) {
      const known = error instanceof PosternError ? error : undefined;
      checks.push({
        name,
        state: 'broken',
        says: known?.message ?? (error instanceof Error ? error.message : 'unknown'),
        ...(known?.hint === undefined ? {} : { hint: known.hint }),
        error,
      });
    }
    return checks.at(-1)?.state !== 'broken';
  };
  const skip = (...names: string[]): void => {
    for (const name of names) checks.push({ name, state: 'skipped', says: 'needs what is broken above' });
  };

  await check('node', () => Promise.resolve({ state: 'ok', says: io.nodeVersion }));
  const readable = await check('credentials file', () => credentialsFile(io));
  const configured = readable && (await check('settings', () => settings(io, flags)));
  if (!readable) skip('settings');
  await check('data directory', () => lookAtDataDirectory(io, dataDir));
  await check('agent identity', () => lookAtAgentIdentity(io));
  if (!configured) {
    skip(...OF_THE_SERVER);
    return checks;
  }
  const ask = asker(io, flags);
  const reached =
    (await check('certificate', () => certificate(io, flags))) &&
    (await check('server', () => server(io, ask)));
  if (!reached) {
    skip(...OF_THE_SERVER.filter((name) => !checks.some((done) => done.name === name)));
    return checks;
  }
  await check('ready', () => lookAtReadiness(ask));
  await check('version', () => lookAtVersion(ask));
  await check('clock', () => clock(io, ask));
  if (await check('signed in', () => signedIn(io, flags))) await check('machines', () => machines(io, flags));
  else skip('machines');
  return checks;
}

function asker(io: Io, flags: GlobalValues): Ask {
  return async (path) => {
    const { client } = await connectAnonymously(io, flags);
    return io.transport({ method: 'GET', url: `${client.target.server}${path}`, headers: {} });
  };
}

async function certificate(io: Io, flags: GlobalValues): Promise<Finding> {
  const url = new URL((await readSettings(io, flags)).server);
  if (url.protocol === 'http:') return { state: 'skipped', says: 'the connection is not encrypted' };
  return lookAtCertificate(url, io.now());
}

async function credentialsFile(io: Io): Promise<Finding> {
  await readCredentials(io);
  const path = credentialsPath(io);
  const mode = await credentialsMode(io);
  if (mode === undefined) {
    return { state: 'warning', says: `there is none at ${path}`, hint: 'sign in: postern auth login' };
  }
  if ((mode & 0o077) !== 0) {
    return {
      state: 'warning',
      says: `${path} can be read by others (mode ${mode.toString(8)})`,
      hint: `chmod 600 ${path}`,
    };
  }
  return { state: 'ok', says: path };
}

async function settings(io: Io, flags: GlobalValues): Promise<Finding> {
  const { server, serverFrom, tokenFrom } = await readSettings(io, flags);
  const { protocol, hostname } = new URL(server);
  const loopback = /^(?:localhost|127\..*|\[::1\])$/.test(hostname);
  if (protocol === 'http:' && !loopback) {
    return {
      state: 'warning',
      says: `${server} (${serverFrom}) is not encrypted: tokens can be read on the way`,
      hint: 'put a proxy with TLS before the server and use https://',
    };
  }
  return { state: 'ok', says: `${server} (${serverFrom}), credentials from ${tokenFrom}` };
}

async function server(io: Io, ask: Ask): Promise<Finding> {
  const begun = io.now();
  const { status } = await ask('/v1/session');
  const answered = `answers in ${io.now() - begun} ms`;
  // Nobody is signed in with this request: a Postern server says 401.
  return status === 401 || status === 200
    ? { state: 'ok', says: answered }
    : { state: 'warning', says: `${answered}, with HTTP ${status}: is it a Postern server?` };
}

async function clock(io: Io, ask: Ask): Promise<Finding> {
  const date = Date.parse((await ask('/v1/session')).headers['date'] ?? '');
  if (Number.isNaN(date)) return { state: 'skipped', says: 'the server does not tell its time' };
  const skew = io.now() - date;
  return Math.abs(skew) > MAX_CLOCK_SKEW_MILLISECONDS
    ? {
        state: 'warning',
        says: `this clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} the server`,
        hint: 'short-lived tokens narrowed here may be refused',
      }
    : { state: 'ok', says: 'agrees with the server' };
}

async function signedIn(io: Io, flags: GlobalValues): Promise<Finding> {
  const { client, operations } = await connect(io, flags);
  const { kind, email, expires_at } = await client.call(operations.showSession, {});
  const until = expires_at === null ? '' : `, until ${expires_at}`;
  return { state: 'ok', says: `${kind === 'session' ? email : `with a token (${email})`}${until}` };
}

async function machines(io: Io, flags: GlobalValues): Promise<Finding> {
  const { client, operations } = await connect(io, flags);
  const { apps } = await client.call(operations.listApps, {});
  const away: string[] = [];
  let count = 0;
  for (const { name } of apps) {
    for (const machine of await client.call(operations.listMachines, { params: { app: name } })) {
      count += 1;
      if (machine.state === 'unreachable') away.push(`${name}/${machine.id}`);
    }
  }
  return away.length === 0
    ? { state: 'ok', says: `${count} in ${apps.length} apps, all reached` }
    : {
        state: 'warning',
        says: `${away.length} of ${count} cannot be reached: ${away.join(', ')}`,
        hint: 'does the agent run on each of them?',
      };
}
