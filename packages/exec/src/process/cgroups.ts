/**
 * Control groups: one for each exec when the machine limits processes or memory. Version 1 and version 2 have other
 * files and other places; which one is there is looked up, never assumed.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MachineLimits {
  /** Processes and threads at one time. */
  readonly pids?: number | undefined;
  readonly memoryBytes?: number | undefined;
}

export interface ExecCgroup {
  /** Files a process writes itself into. */
  readonly procs: readonly string[];
  /** Removes it; call when nobody is left in it. */
  remove(): void;
}

interface Setting {
  readonly folder: string;
  readonly file: string;
  readonly value: string;
}

/**
 * @param root where control groups are mounted.
 * @returns why limits cannot be kept here, or undefined when they can.
 */
export function cgroupProblem(limits: MachineLimits, root: string = '/sys/fs/cgroup'): string | undefined {
  const missing = settings(limits, root).find(({ folder }) => !existsSync(folder));
  if (missing !== undefined) return `no control group at ${missing.folder}`;
  if (isVersion2(root)) {
    const has = readFileSync(join(root, 'cgroup.controllers'), 'utf8').split(/\s+/);
    if (limits.pids !== undefined && !has.includes('pids')) return 'no control group for processes';
    if (limits.memoryBytes !== undefined && !has.includes('memory')) return 'no control group for memory';
  }
  try {
    createExecCgroup(`${process.pid}-0`, limits, root)?.remove();
    return undefined;
  } catch (error) {
    // One may be there and not ours to divide, as in a container.
    return `no control group can be made (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Undefined when nothing is limited. @throws when a limit cannot be set: then nothing may run. */
export function createExecCgroup(
  name: string,
  limits: MachineLimits,
  root: string = '/sys/fs/cgroup',
): ExecCgroup | undefined {
  const wanted = settings(limits, root);
  if (wanted.length === 0) return undefined;
  const folders = [...new Set(wanted.map(({ folder }) => join(folder, `postern-${name}`)))];
  try {
    for (const folder of folders) mkdirSync(folder, { recursive: true });
    if (isVersion2(root)) enableControllers(root, limits);
    for (const { folder, file, value } of wanted) {
      writeFileSync(join(folder, `postern-${name}`, file), value);
    }
  } catch (error) {
    for (const folder of folders) removeFolder(folder);
    throw error;
  }
  return {
    procs: folders.map((folder) => join(folder, 'cgroup.procs')),
    remove: () => folders.forEach(removeFolder),
  };
}

function isVersion2(root: string): boolean {
  return existsSync(join(root, 'cgroup.controllers'));
}

function settings({ pids, memoryBytes }: MachineLimits, root: string): Setting[] {
  const two = isVersion2(root);
  return [
    ...(pids === undefined
      ? []
      : [{ folder: two ? root : join(root, 'pids'), file: 'pids.max', value: String(pids) }]),
    ...(memoryBytes === undefined
      ? []
      : [
          {
            folder: two ? root : join(root, 'memory'),
            file: two ? 'memory.max' : 'memory.limit_in_bytes',
            value: String(memoryBytes),
          },
        ]),
  ];
}

function enableControllers(root: string, { pids, memoryBytes }: MachineLimits): void {
  const wanted = [pids === undefined ? '' : '+pids', memoryBytes === undefined ? '' : '+memory'];
  writeFileSync(join(root, 'cgroup.subtree_control'), wanted.join(' ').trim());
}

function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody is still in it, or it was never made.
  }
}
