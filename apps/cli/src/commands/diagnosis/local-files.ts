/** Files of a server and an agent on this host: whether anybody else can read the secrets in them. */
import type { Stats } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PosternError } from '@postern/contract/errors';
import type { Io } from '../../core/io.ts';
import type { Finding } from './check.ts';

/** Files of a data directory that hold keys. */
const KEY_FILES = ['key-encryption.key', 'agent.json', 'agent-identity.json'];
const DEFAULT_DATA_DIRECTORY = '.postern';
const DEFAULT_IDENTITY = '/etc/postern/agent.json';
/** Group and others. */
const OTHERS = 0o077;

/**
 * @param named a directory somebody gave; then it must be there.
 * @throws PosternError for one that is not there or does not belong to who asks, and for keys others can read.
 */
export async function lookAtDataDirectory(io: Io, named: string | undefined): Promise<Finding> {
  const given = named ?? io.env['POSTERN_DATA_DIR'];
  const directory = resolve(io.cwd, given ?? DEFAULT_DATA_DIRECTORY);
  const found = await statOf(directory);
  if (found === undefined) {
    if (given === undefined) return { state: 'skipped', says: 'no server keeps its data here' };
    throw new PosternError('bad_request', `there is no data directory ${directory}`, {
      hint: 'is it on this host, and may you see it?',
    });
  }
  if (!found.isDirectory()) throw new PosternError('bad_request', `${directory} is not a directory`);
  for (const name of KEY_FILES) await requireSecret(join(directory, name));
  if ((found.mode & OTHERS) !== 0) {
    return {
      state: 'warning',
      says: `${directory} is open to others (mode ${octal(found)})`,
      hint: `chmod 700 ${directory}`,
    };
  }
  const writable = await access(directory, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable) {
    return {
      state: 'warning',
      says: `${directory} cannot be written to by you`,
      hint: 'does its server run as you?',
    };
  }
  return { state: 'ok', says: directory };
}

/** The identity of an agent on this host. */
export async function lookAtAgentIdentity(io: Io): Promise<Finding> {
  const given = io.env['POSTERN_AGENT_IDENTITY'];
  const file = given ?? DEFAULT_IDENTITY;
  if ((await statOf(file)) === undefined) {
    return { state: 'skipped', says: `no agent has joined from this host (${file})` };
  }
  await requireSecret(file);
  return { state: 'ok', says: file };
}

/** @throws PosternError when others can read it; a file that is not there is no fault. */
async function requireSecret(file: string): Promise<void> {
  const found = await statOf(file);
  if (found === undefined || (found.mode & OTHERS) === 0) return;
  throw new PosternError('bad_request', `${file} holds a key and is open to others (mode ${octal(found)})`, {
    hint: `chmod 600 ${file}; who has read it can act with it: make a new key`,
  });
}

const statOf = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);

const octal = ({ mode }: Stats): string => (mode & 0o777).toString(8);
