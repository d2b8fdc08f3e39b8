/**
 * A steady load on a whole installation, for as long as asked: every outcome is compared with the one that must come,
 * and the memory, descriptors and children of server, agent and spawner are watched. Exits with 1 when an outcome was
 * wrong or something grew.
 *
 *     npm run soak [-- minutes commands-a-second]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { install } from '../../test/e2e/installation.ts';

const MINUTES = Number(process.argv[2] ?? 30);
const RATE = Number(process.argv[3] ?? 50);
const SAMPLE_MS = 15_000;
/** The first part warms up: code is compiled, heaps find their size. */
const WARM_UP_SHARE = 0.25;
const MOST_GROWTH = 1.25;

interface Job {
  readonly body: object;
  /** Undefined when the answer is as it must be. */
  wrong(status: number, answer: Record<string, unknown>): string | undefined;
}

const expectAnswer =
  (wanted: Record<string, unknown>, status = 200) =>
  (got: number, answer: Record<string, unknown>) => {
    const differs = Object.entries(wanted).find(([key, value]) => answer[key] !== value);
    if (got === status && differs === undefined) return undefined;
    return `${got} ${JSON.stringify(answer).slice(0, 200)} in the place of ${status} ${JSON.stringify(wanted).slice(0, 200)}`;
  };

function nextJob(index: number): Job {
  switch (index % 8) {
    case 0:
      return {
        body: { command: ['sh', '-c', `echo ${index} >&2; exit ${index % 256}`] },
        wrong: expectAnswer({ exit_code: index % 256, stdout: '', stderr: `${index}\n` }),
      };
    case 1:
      return {
        body: { command: ['cat'], stdin: `line ${index}\n` },
        wrong: expectAnswer({ exit_code: 0, stdout: `line ${index}\n` }),
      };
    case 2:
      return {
        body: { command: ['head', '-c', '200000', '/dev/zero'] },
        wrong: expectAnswer({ exit_code: 0, stdout: '\0'.repeat(200_000) }),
      };
    case 3:
      return {
        body: { command: ['no-such-program'] },
        wrong: expectAnswer({ exit_code: 127, reason: 'start-failed' }),
      };
    case 4:
      return {
        body: { command: ['sh', '-c', '(setsid sleep 1000 >/dev/null 2>&1 &); echo left'] },
        wrong: expectAnswer({ exit_code: 0, stdout: 'left\n' }),
      };
    case 5:
      return {
        body: { command: ['sleep', '1000'], timeout: 0.3 },
        wrong: expectAnswer({ code: 'exec_timed_out' }, 408),
      };
    default:
      return { body: { command: ['/bin/true'] }, wrong: expectAnswer({ exit_code: 0, reason: 'exited' }) };
  }
}

const postern = await install();
const agent = new Agent({ keepAlive: true, maxSockets: 128 });
const authorization = `Bearer ${postern.session()}`;

function post(body: object): Promise<{ status: number; answer: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const path = `${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`;
    const headers = { authorization, 'content-type': 'application/json' };
    const call = request(path, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, answer: JSON.parse(text) as Record<string, unknown> });
      });
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

interface Sample {
  readonly name: string;
  readonly rss: number;
  readonly descriptors: number;
  readonly children: number;
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

function sample(name: string, pid: number): Sample {
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  return { name, rss, descriptors: readdirSync(`/proc/${pid}/fd`).length, children: childrenOf(pid).length };
}

function samples(): Sample[] {
  const [agentPid = 0] = childrenOf(postern.pid);
  const [spawnerPid = 0] = childrenOf(agentPid);
  return [sample('server', postern.pid), sample('agent', agentPid), sample('spawner', spawnerPid)];
}

// The spawner starts with the first command.
await post({ command: ['/bin/true'] });

let done = 0;
const wrong: string[] = [];
const pending = new Set<Promise<void>>();
const series: Sample[][] = [];
const started = Date.now();
const end = started + MINUTES * 60_000;
let nextSample = started;

console.log(
  `${new Date().toISOString()}, ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Linux ${release()}, ` +
    `node ${process.version}: ${MINUTES} minutes at ${RATE} commands a second\n`,
);
console.log(
  '| minute | commands | wrong | server MiB | agent MiB | spawner MiB |\n| --- | --- | --- | --- | --- | --- |',
);
for (let index = 0; Date.now() < end; index += 1) {
  const due = started + (index * 1000) / RATE;
  if (due > Date.now()) await sleep(due - Date.now());
  const job = nextJob(index);
  const one = post(job.body)
    .then(({ status, answer }) => job.wrong(status, answer))
    .catch((error: unknown) => String(error))
    .then((complaint) => {
      done += 1;
      if (complaint === undefined) return;
      wrong.push(complaint);
      console.log(`wrong: ${JSON.stringify(job.body).slice(0, 100)}: ${complaint}`);
    });
  pending.add(one);
  void one.then(() => pending.delete(one));
  if (Date.now() >= nextSample) {
    nextSample += SAMPLE_MS;
    const now = samples();
    series.push(now);
    const minute = ((Date.now() - started) / 60_000).toFixed(2);
    console.log(
      `| ${minute} | ${done} | ${wrong.length} | ${now.map(({ rss }) => rss.toFixed(0)).join(' | ')} |`,
    );
  }
}
await Promise.all(pending);
agent.destroy();
// Idle keep-alive sockets are closed, supervisors are reaped.
await sleep(6000);
const last = samples();

const warm = series.slice(Math.ceil(series.length * WARM_UP_SHARE));
const half = Math.ceil(warm.length / 2);
const peak = (list: readonly Sample[][], index: number): number =>
  Math.max(...list.map((row) => row[index]?.rss ?? 0));
const grew = last.filter(
  (_, index) => peak(warm.slice(half), index) > peak(warm.slice(0, half), index) * MOST_GROWTH,
);
const left = last.find(({ name }) => name === 'spawner')?.children ?? 0;
console.log(`\n${done} commands, ${wrong.length} wrong outcomes, ${left} processes left`);
console.log(
  `at the end: ${last.map((s) => `${s.name} ${s.rss.toFixed(0)} MiB, ${s.descriptors} descriptors`).join('; ')}`,
);
for (const { name } of grew) console.log(`grew: ${name}`);
await postern.remove();
process.exitCode = wrong.length > 0 || grew.length > 0 || left > 0 ? 1 : 0;
