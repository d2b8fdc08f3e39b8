/** Which machine is meant: the argument, the only one of the app, or a question. */
import { PosternError } from '@postern/contract/errors';
import type { Io } from '../core/io.ts';
import { choose, mayAsk } from '../core/prompt.ts';
import type { Session } from '../settings/connect.ts';
import { reachableApps } from './reachable-apps.ts';
import { chooseApp, namedApp, type AppFlags } from './app.ts';
import { machineId } from './machine-id.ts';

export interface Place {
  readonly app: string;
  readonly machine: string;
}

/** @param machine id or name of a machine, when one was given. */
export async function chooseMachine(
  io: Io,
  flags: AppFlags,
  session: Session,
  machine: string | undefined,
): Promise<Place> {
  if (machine !== undefined) {
    const app = (await namedApp(io, flags)) ?? (await appOf(io, flags, session, machine));
    return { app, machine: await machineId(session, app, machine) };
  }
  const app = await chooseApp(io, flags, session);
  const machines = await listMachines(session, app);
  if (typeof machines === 'string') return { app, machine: machines };
  const [only] = machines;
  if (machines.length === 1 && only !== undefined) return { app, machine: only.id };
  if (machines.length === 0) {
    throw new PosternError('machine_not_found', `the app ${app} has no machines`, {
      hint: `add one: postern machines add -a ${app}`,
    });
  }
  if (!mayAsk(io)) {
    throw new PosternError('bad_request', `a machine ID must be given: ${app} has several machines`, {
      hint: `choose one: ${machines.map(({ id, name }) => `${id} (${name})`).join(', ')}`,
    });
  }
  const lines = machines.map(({ id, name, state, region }) => `${id} ${name} (${state}, region ${region})`);
  const index = await choose(io, 'Select a machine:', lines);
  return { app, machine: machines[index]?.id ?? '' };
}

/** The machines of the app; for a token that may not read them, the id of the one it is pinned to. */
async function listMachines({ client, operations }: Session, app: string) {
  try {
    return await client.call(operations.listMachines, { params: { app } });
  } catch (error) {
    if (!(error instanceof PosternError) || error.code !== 'not_allowed') throw error;
    const { tokens } = await client.call(operations.currentTokens, {});
    const pinned = tokens.map((token) => token.restricted_to_machine).find((id) => id !== null);
    if (pinned === undefined || pinned === null) throw error;
    return pinned;
  }
}

/** The app a machine belongs to, when nobody named it. */
async function appOf(io: Io, flags: AppFlags, session: Session, machine: string): Promise<string> {
  const { client, operations } = session;
  const apps = await reachableApps(session);
  const [only] = apps;
  if (apps.length === 1 && only !== undefined) return only.name;
  const found: string[] = [];
  for (const { name } of apps) {
    const machines = await client.call(operations.listMachines, { params: { app: name } });
    if (machines.some(({ id }) => id === machine)) return name;
    if (machines.some((known) => known.name === machine)) found.push(name);
  }
  const [owner] = found;
  if (found.length === 1 && owner !== undefined) return owner;
  if (mayAsk(io)) return chooseApp(io, flags, session);
  if (found.length > 1) {
    throw new PosternError('bad_request', `several apps have a machine ${machine}`, {
      hint: `name one with -a APP: ${found.join(', ')}`,
    });
  }
  throw new PosternError('machine_not_found', `no app has a machine ${machine}`, {
    hint: 'list them: postern machines list -a APP',
  });
}
