/**
 * One exec over HTTP next to a bare spawn of the same command, in the same run.
 *
 *     node bench/exec/latency.ts [rounds]
 *
 * The exec is the whole main path: HTTP keep-alive, token verified and cleared, decision durable in the audit log,
 * agent link, process, record closed. The bare spawn is Node's own `child_process.spawn` from a process of its own
 * size, with pipes read to their end.
 */
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { cpus } from 'node:os';
import { install } from '../../test/e2e/installation.ts';

const ROUNDS = Number(process.argv[2] ?? 300);
const COMMAND = ['/bin/true'];

const postern = await install();
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function post(path: string, authorization: string, body: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      postern.url + path,
      { method: 'POST', agent, headers: { authorization, 'content-type': 'application/json' } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.on('end', () =>
          answer.statusCode === 200 || answer.statusCode === 201 ? resolve(text) : reject(new Error(text)),
        );
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

const minted = JSON.parse(
  await post('/v1/apps/demo/tokens', `Bearer ${postern.session()}`, {
    commands: [{ args: COMMAND, exact: true }],
  }),
) as { token: string };

const overHttp = (): Promise<unknown> =>
  post(`/v1/apps/demo/machines/${postern.machine}/exec`, minted.token, { command: COMMAND });

const bareSpawn = (): Promise<unknown> =>
  new Promise((resolve) => {
    const child = spawn('/bin/true', [], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    child.on('close', resolve);
  });

/** Runs `rounds` calls, `width` at a time; milliseconds of each, and of all. */
async function measure(call: () => Promise<unknown>, rounds: number, width: number) {
  const times: number[] = [];
  let left = rounds;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const before = performance.now();
      await call();
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), rate: (rounds * 1000) / (performance.now() - started) };
}

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, node ${process.version}, ${ROUNDS} rounds of ${COMMAND.join(' ')}\n`,
);
console.log('| at once | what | p50 ms | p99 ms | per second |');
console.log('| --- | --- | --- | --- | --- |');
for (const width of [1, 16]) {
  await measure(overHttp, 50, width);
  await measure(bareSpawn, 50, width);
  const bare = await measure(bareSpawn, ROUNDS, width);
  const exec = await measure(overHttp, ROUNDS, width);
  const row = (name: string, m: typeof bare): void =>
    console.log(`| ${width} | ${name} | ${m.p50.toFixed(2)} | ${m.p99.toFixed(2)} | ${m.rate.toFixed(0)} |`);
  row('bare spawn', bare);
  row('exec over HTTP', exec);
  console.log(
    `| ${width} | ratio exec / spawn | ${(exec.p50 / bare.p50).toFixed(2)} | ${(exec.p99 / bare.p99).toFixed(2)} | ${(exec.rate / bare.rate).toFixed(2)} |`,
  );
}
agent.destroy();
await postern.remove();
