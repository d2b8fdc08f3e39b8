/**
 * One exec over HTTP beside the other ways to run the same command, in one run: what it costs above the bare native
 * spawner and Node's own spawn, and how it stands beside `ssh` and `docker exec`. Then the memory of an idle agent,
 * and how fast output streams.
 *
 *     npm run bench:exec [-- rounds] [--no-peers]
 *
 * The exec is the whole main path: HTTP keep-alive, token verified and cleared, decision durable in the audit log,
 * agent link, cleared again, command, record closed. Every way runs `/bin/true`, reads both outputs to their end and
 * waits for the outcome.
 */
import { createProcessDriver, createSpawner, locateSpawner } from '@postern/exec';
import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { install } from '../../test/e2e/installation.ts';
import { createHttpCaller } from './http-caller.ts';
import { measure, type Measured, type Way } from './measure.ts';
import { spawned, startPeers } from './peers.ts';
import { throughDriver, throughPipe, throughPostern } from './stream.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'no-peers': { type: 'boolean' } },
});
const ROUNDS = Number(positionals[0] ?? 2000);
const PROGRAM = '/bin/true';
const WARM_UP_EXECS = 10_000;
const MIB = 2 ** 20;

const spawner = createSpawner(locateSpawner() ?? '');
const postern = await install();
const idleAgent = memoryOf(childOf(postern.pid));
const minting = createHttpCaller(
  `${postern.url}/v1/apps/demo/tokens`,
  { authorization: `Bearer ${postern.session()}`, 'content-type': 'application/json' },
  JSON.stringify({
    commands: [
      { args: [PROGRAM], exact: true },
      { args: ['head'], exact: false },
    ],
  }),
);
const { token } = JSON.parse(await minting.call()) as { token: string };
minting.close();
const execUrl = `${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`;
const caller = createHttpCaller(
  execUrl,
  { authorization: token, 'content-type': 'application/json' },
  JSON.stringify({ command: [PROGRAM] }),
);
const bareSpawn = {
  argv: [PROGRAM],
  env: { PATH: '/usr/bin:/bin' },
  cwd: '/',
  stdin: false,
  tty: undefined,
  identity: undefined,
  noNewPrivileges: false,
  limits: [],
  cgroups: [],
};

const node: Way = { name: 'Node `spawn`', share: 1, once: () => spawned(PROGRAM, []) };
const native: Way = {
  name: 'native spawner',
  share: 1,
  once: () => spawner.start(bareSpawn, () => undefined).ended,
};
const exec: Way = { name: '**exec over HTTP**', share: 1, once: () => caller.call() };
const peers = values['no-peers'] === true ? undefined : await startPeers(PROGRAM);
const ways: readonly Way[] = [node, native, exec, ...(peers?.ways ?? [])];

console.log(
  `${new Date().toISOString()}, ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Linux ${release()}, ` +
    `node ${process.version}: ${ROUNDS} rounds of ${PROGRAM}\n`,
);
console.log('| at once | way | p50 ms | p99 ms | per second |\n| --- | --- | --- | --- | --- |');
const ratios: string[] = [];
// A server that has run for a while: its code is compiled, its memory has its size.
await measure([exec], WARM_UP_EXECS, 16);
for (const width of [1, 16]) {
  const measured = await measure(ways, ROUNDS, width);
  for (const [{ name }, { p50, p99, rate }] of measured) {
    console.log(`| ${width} | ${name} | ${p50.toFixed(2)} | ${p99.toFixed(2)} | ${rate.toFixed(0)} |`);
  }
  const of = (way: Way): Measured => measured.get(way) ?? { p50: NaN, p99: NaN, rate: NaN };
  const [own, bare, nodes] = [of(exec), of(native), of(node)];
  ratios.push(
    `${width} at once: p50 ${(own.p50 / bare.p50).toFixed(2)} × the native spawner and ${(own.p50 / nodes.p50).toFixed(2)} × ` +
      `Node's spawn; p99 ${(own.p99 - bare.p99).toFixed(2)} ms more than the native spawner; ${(own.rate / nodes.rate).toFixed(2)} × the rate of Node's spawn`,
  );
}
console.log(`\n${ratios.join('\n')}\n\nan idle agent: ${idleAgent.toFixed(0)} MiB\n`);

console.log('| 1 GiB of output | MiB a second | of the pipe |\n| --- | --- | --- |');
const local = createProcessDriver({ environment: {}, spawner });
const GIB = 1024 * MIB;
let pipe = 0;
for (const [name, stream] of [
  ['plain pipe of Node `spawn`', () => throughPipe(GIB)],
  ['native spawner', () => throughDriver(local, GIB)],
  ['**exec over WebSocket**', () => throughPostern(execUrl, token, GIB)],
] as const) {
  const started = performance.now();
  const taken = await stream();
  if (taken !== GIB) throw new Error(`${name}: ${taken} bytes came`);
  const rate = GIB / MIB / ((performance.now() - started) / 1000);
  pipe ||= rate;
  console.log(`| ${name} | ${rate.toFixed(0)} | ${(rate / pipe).toFixed(2)} |`);
}

caller.close();
await peers?.stop();
await spawner.close();
await postern.remove();

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
}

/** Resident, MiB. */
function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
