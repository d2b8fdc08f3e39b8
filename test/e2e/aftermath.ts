/**
 * What must be true after every fault: nobody descends from a command any more, no zombie and no descriptor is left,
 * memory is back at its level, every record is closed, and the audit log tells of every exec once.
 */
import type { AuditEntryResource, ExecResource } from '@postern/contract';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { childrenOf, descriptorsOf, residentBytes } from '../../packages/exec/test/processes.ts';
import { until, type Installation } from './installation.ts';
import type { RemoteMachine } from './remote-machine.ts';

/** What a process that only carries streams may need beyond its level, at any moment and afterwards. */
const PEAK_BYTES = 192 * 2 ** 20;
const KEPT_BYTES = 96 * 2 ** 20;

export interface Aftermath {
  /** Waits until nothing is left. @returns the records of the execs since {@link watch}, oldest first. */
  settle(): Promise<readonly ExecResource[]>;
}

export interface Level {
  readonly descriptors: number;
  readonly resident: number;
}

/**
 * Call it while the machine's agent runs.
 *
 * @param agentPid of the agent that runs now; undefined while there is none.
 */
export async function watch(
  postern: Installation,
  far: RemoteMachine,
  agentPid: () => number | undefined,
): Promise<Aftermath> {
  const before = new Set((await recordsOf(far)).map(({ id }) => id));
  // What is opened for the first command stays open: it belongs to the level.
  await far.exec(['true']);
  const running = (): Record<string, number> => {
    const agent = agentPid();
    const spawner = agent === undefined ? undefined : childrenOf(agent).find(isSpawner);
    return {
      server: postern.pid,
      ...(agent === undefined ? {} : { agent }),
      ...(spawner === undefined ? {} : { spawner }),
    };
  };
  await isQuiet(running());
  const levels = new Map<string, Level>();
  for (const [name, pid] of Object.entries(running())) levels.set(name, await levelOf(pid));
  return {
    async settle() {
      await until(() => markedBy(far.mark).length === 0);
      const now = running();
      await isQuiet(now);
      for (const [name, pid] of Object.entries(now)) {
        const level = levels.get(name);
        if (level !== undefined) await expectLevel(name, pid, level);
      }
      const isNew = ({ id }: ExecResource): boolean => !before.has(id);
      await until(async () =>
        (await recordsOf(far)).filter(isNew).every(({ ended_at: endedAt }) => endedAt !== null),
      );
      // Without the first, which is our own.
      const records = (await recordsOf(far)).filter(isNew).toReversed().slice(1);
      await expectAudited(far, records);
      return records;
    },
  };
}

/** What a process holds now. From here on the system counts the peak of its memory anew. */
export async function levelOf(pid: number): Promise<Level> {
  const level = { descriptors: await steadyDescriptors(pid), resident: residentBytes(pid) };
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return level;
}

/**
 * Waits until a process holds no more descriptors than before, and looks at its memory.
 *
 * @param more bytes it may need beyond one that only carries streams.
 */
export async function expectLevel(name: string, pid: number, level: Level, more = 0): Promise<void> {
  await until(() => descriptorsOf(pid).length <= level.descriptors).catch(() =>
    expect.fail(`descriptors of the ${name}: ${descriptorsOf(pid).join(' ')}`),
  );
  expect(peakBytes(pid) - level.resident, `peak memory of the ${name}`).toBeLessThan(PEAK_BYTES + more);
  expect(residentBytes(pid) - level.resident, `memory of the ${name}`).toBeLessThan(KEPT_BYTES + more);
}

/** Processes with the mark in the environment they were started with. */
export function markedBy(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`POSTERN_TEST_MARK=${mark}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const isSpawner = (pid: number): boolean => nameOf(pid) === 'postern-spawner';

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function descendantsOf(pid: number): number[] {
  try {
    return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
  } catch {
    return [];
  }
}

/** Nobody below them is a zombie, and the spawner has let its last supervisor go. */
async function isQuiet(processes: Readonly<Record<string, number>>): Promise<void> {
  await until(() => !Object.values(processes).flatMap(descendantsOf).some(isZombie));
  const { spawner } = processes;
  if (spawner !== undefined) await until(() => childrenOf(spawner).length === 0);
}

/** Connections of the requests before are being closed: the count that stays is the level. */
async function steadyDescriptors(pid: number): Promise<number> {
  let count = descriptorsOf(pid).length;
  for (let same = 0; same < 10;) {
    await sleep(20);
    const next = descriptorsOf(pid).length;
    same = next === count ? same + 1 : 0;
    count = next;
  }
  return count;
}

function peakBytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

/** Newest first. */
async function recordsOf(far: RemoteMachine): Promise<ExecResource[]> {
  return pages(far, `/v1/apps/demo/execs?machine=${far.id}`, 'execs') as Promise<ExecResource[]>;
}

export async function expectAudited(
  far: Pick<RemoteMachine, 'call'>,
  records: readonly ExecResource[],
): Promise<void> {
  const path = '/v1/orgs/personal/audit?action=exec.run&outcome=allowed&app=demo';
  const entries = (await pages(far, path, 'entries')) as AuditEntryResource[];
  const told = new Map<string, AuditEntryResource[]>();
  for (const entry of entries) told.set(entry.exec ?? '', [...(told.get(entry.exec ?? '') ?? []), entry]);
  for (const { id, command, machine } of records) {
    expect(told.get(id)).toMatchObject([{ command, machine }]);
  }
  expect((await far.call('/v1/audit/verify', {})).body).toMatchObject({ ok: true });
}

export async function pages(
  far: Pick<RemoteMachine, 'call'>,
  path: string,
  name: string,
): Promise<unknown[]> {
  const all: unknown[] = [];
  let cursor = '';
  do {
    const { body } = await far.call(`${path}&limit=100${cursor}`);
    all.push(...(body[name] as unknown[]));
    cursor = typeof body['next_cursor'] === 'string' ? `&cursor=${body['next_cursor']}` : '';
  } while (cursor !== '');
  return all;
}
