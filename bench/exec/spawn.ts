/**
 * The ways to start one command, side by side in one run: the native spawner, Node's own spawn, `ssh` over a
 * multiplexed connection, `ssh` with a connection each, the container engine's API.
 *
 *     node bench/exec/spawn.ts [rounds]
 *
 * Every way runs `/bin/true`, reads both outputs to their end and waits for the outcome. The login shell of the SSH
 * host is plain `sh`. Interleaved rounds, so that a busy moment of the machine meets all of them.
 */
import {
  createDockerDriver,
  createProcessDriver,
  createSpawner,
  createSshDriver,
  locateSpawner,
} from '@postern/exec';
import type { Driver } from '@postern/exec';
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { startDockerd } from '../../packages/exec/test/engines/dockerd.ts';
import { startSshd } from '../../packages/exec/test/engines/sshd.ts';
import { run } from '../../packages/exec/test/run-command.ts';

const ROUNDS = Number(process.argv[2] ?? 400);
const PORTIONS = 5;

interface Way {
  readonly name: string;
  /** How many of the rounds: the slow ones need fewer. */
  readonly share: number;
  once(): Promise<unknown>;
}

const own = (program: string, args: readonly string[]): Promise<unknown> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    child.on('close', resolve);
  });

const spawner = createSpawner(locateSpawner() ?? '');
const local = createProcessDriver({ environment: {}, spawner });
const sshd = await startSshd();
const dockerd = await startDockerd();
const { host, port, user, configFile } = sshd;
const ssh = createSshDriver({ host, port, user, configFile }, local);
const docker = createDockerDriver({ container: dockerd.container, socket: dockerd.socket });
const by = (driver: Driver) => (): Promise<unknown> => run(driver, ['/bin/true']);
const fresh = [
  '-F',
  configFile,
  '-o',
  'StrictHostKeyChecking=yes',
  '-T',
  '-p',
  String(port),
  '-l',
  user,
  host,
];

const ways: readonly Way[] = [
  { name: 'Node `spawn`', share: 1, once: () => own('/bin/true', []) },
  { name: 'native spawner', share: 1, once: by(local) },
  { name: '`ssh` driver, shared connection', share: 0.25, once: by(ssh) },
  { name: 'container engine by API', share: 0.1, once: by(docker) },
  { name: '`ssh`, a connection each', share: 0.05, once: () => own('ssh', [...fresh, '/bin/true']) },
];

interface Measure {
  readonly times: number[];
  elapsed: number;
}

async function measure(way: Way, rounds: number, width: number, into: Measure): Promise<void> {
  let left = rounds;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const before = performance.now();
      await way.once();
      into.times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  into.elapsed += performance.now() - started;
}

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, node ${process.version}\n`);
console.log('| at once | way | p50 ms | p99 ms | per second | rate of Node `spawn` |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const width of [1, 16]) {
  const measures = new Map<Way, Measure>();
  for (const way of ways) {
    measures.set(way, { times: [], elapsed: 0 });
    await measure(way, width, width, { times: [], elapsed: 0 });
  }
  for (let portion = 0; portion < PORTIONS; portion += 1) {
    for (const [way, into] of measures) {
      await measure(way, Math.max(width, Math.round((ROUNDS * way.share) / PORTIONS)), width, into);
    }
  }
  let base = 0;
  for (const [way, { times, elapsed }] of measures) {
    times.sort((a, b) => a - b);
    const at = (share: number): string => (times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(2);
    const rate = (times.length * 1000) / elapsed;
    base ||= rate;
    console.log(
      `| ${width} | ${way.name} | ${at(0.5)} | ${at(0.99)} | ${rate.toFixed(0)} | ${(rate / base).toFixed(2)} |`,
    );
  }
}

const bytes = 2 ** 30;
async function throughput(name: string, stream: () => Promise<number>): Promise<number> {
  const started = performance.now();
  const taken = await stream();
  const rate = taken / 2 ** 20 / ((performance.now() - started) / 1000);
  console.log(`| ${name} | ${rate.toFixed(0)} |`);
  return rate;
}
console.log('\n| 1 GiB of output | MiB a second |\n| --- | --- |');
await throughput(
  'plain pipe of Node `spawn`',
  () =>
    new Promise((resolve) => {
      let taken = 0;
      const child = spawn('head', ['-c', String(bytes), '/dev/zero'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child.stdout.on('data', (chunk: Buffer) => (taken += chunk.length));
      child.on('close', () => resolve(taken));
    }),
);
await throughput('native spawner', async () => {
  let taken = 0;
  const command = local.start(
    {
      argv: ['head', '-c', String(bytes), '/dev/zero'],
      stdin: false,
      tty: null,
      timeoutMs: 120_000,
      cwd: null,
      user: null,
      env: {},
      outputLimitBytes: 2 * bytes,
    },
    { output: (_channel, chunk) => void (taken += chunk.length) },
  );
  await command.outcome;
  return taken;
});

ssh.close();
await spawner.close();
await sshd.stop();
await dockerd.stop();
