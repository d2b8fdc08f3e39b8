/** Processes that share the pid namespace of one: those of its container, as proc(5) shows them on the host. */
import { CONTROL_LIMITS, type MachineProcess } from '@postern/contract';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What the kernel counts processor time in (`getconf CLK_TCK`, 100 on every Linux) and memory in. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** @param pid of a process of the container, on this host. */
export function namespaceProcesses(pid: number): MachineProcess[] {
  const namespace = namespaceOf(pid);
  if (namespace === undefined) return [];
  const upSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && namespaceOf(Number(name)) === namespace)
    .flatMap((name) => describe(Number(name), upSeconds))
    .slice(0, CONTROL_LIMITS.processes);
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    // It has ended, or is not ours to see.
    return undefined;
  }
}

function describe(pid: number, upSeconds: number): MachineProcess[] {
  try {
    // The name in parentheses may hold blanks and parentheses; what follows it does not.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [utime = 0, stime = 0] = [fields[11], fields[12]];
    const startedAt = (fields[19] ?? 0) / TICKS_PER_SECOND;
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    const inside = /^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return [
      {
        pid: Number(inside ?? pid),
        stime: startedAt,
        rtime: Math.max(0, upSeconds - startedAt),
        command: argv.join(' ').slice(0, CONTROL_LIMITS.commandChars),
        directory: readlinkSync(`/proc/${pid}/cwd`).slice(0, CONTROL_LIMITS.commandChars),
        cpu: (utime + stime) / TICKS_PER_SECOND,
        rss: (fields[21] ?? 0) * PAGE_BYTES,
        listen_sockets: [],
      },
    ];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
