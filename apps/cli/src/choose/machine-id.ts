/** Machines may be named by id or by name; what is sent, and what a token is pinned to, is always the id. */
import { PosternError } from '@postern/contract/errors';
import type { Session } from '../settings/connect.ts';

export function isMachineId(text: string): boolean {
  return /^[0-9a-f]{14}$/.test(text);
}

/**
 * @param machine an id, which is taken as it is, or the name of one machine of the app.
 * @throws PosternError `bad_request` for a name that several machines have.
 */
export async function machineId(session: Session, app: string, machine: string): Promise<string> {
  if (isMachineId(machine)) return machine;
  const { client, operations } = session;
  let machines;
  try {
    machines = await client.call(operations.listMachines, { params: { app } });
  } catch (error) {
    // A token that may not read cannot look a name up; the server says what it may.
    if (error instanceof PosternError && error.code === 'not_allowed') return machine;
    throw error;
  }
  const named = machines.filter(({ name }) => name === machine);
  if (named.length > 1) {
    throw new PosternError('bad_request', `${app} has several machines named ${machine}`, {
      hint: `choose one by its id: ${named.map(({ id }) => id).join(', ')}`,
    });
  }
  // An unknown name is sent too: the server's refusal says what to do.
  return named[0]?.id ?? machine;
}
