/** Accounts of this host, from its own files. Directory services are not asked. */
import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, the account's own group included. */
  readonly groups: readonly number[];
  readonly home: string;
  readonly shell: string;
}

/** The account this process runs as. */
export function ownAccount(): Account {
  const { username, uid, gid, homedir, shell } = userInfo();
  return { name: username, uid, gid, groups: [gid], home: homedir, shell: shell ?? '/bin/sh' };
}

/** @returns undefined when there is no such account. */
export function findAccount(
  name: string,
  passwdFile: string = '/etc/passwd',
  groupFile: string = '/etc/group',
): Account | undefined {
  const line = readLines(passwdFile).find(([known]) => known === name);
  if (line === undefined) return undefined;
  const [, , uid, gid, , home, shell] = line;
  if (uid === undefined || gid === undefined || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return undefined;
  const member = readLines(groupFile)
    .filter(([, , , members]) => members?.split(',').includes(name))
    .map(([, , id]) => Number(id))
    .filter((id) => Number.isSafeInteger(id));
  return {
    name,
    uid: Number(uid),
    gid: Number(gid),
    groups: [...new Set([Number(gid), ...member])],
    home: home === undefined || home === '' ? '/' : home,
    shell: shell === undefined || shell === '' ? '/bin/sh' : shell,
  };
}

/** Where a command starts when it is not said: the home, or the root for an account whose home is not there. */
export function startDirectory({ home }: Account): string {
  return home.startsWith('/') && existsSync(home) ? home : '/';
}

function readLines(file: string): string[][] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
}
