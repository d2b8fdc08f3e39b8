/**
 * "May this token do that?" over HTTP, in the same run beside Node's own server that reads and checks the same request
 * and does nothing, and beside an operation of our server that has no body.
 *
 *     node bench/authority/http.ts [requests]
 *
 * 32 keep-alive connections of one client process. Also: how long after a revocation was acknowledged the next
 * request is refused.
 */
import { fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { cpus } from 'node:os';
import { install } from '../../test/e2e/installation.ts';

const REQUESTS = Number(process.argv[2] ?? 6000);
const WIDTH = 32;

const postern = await install();
const agent = new Agent({ keepAlive: true, maxSockets: WIDTH });
const emptyServer = fork(new URL('empty-server.ts', import.meta.url), {
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
const emptyPort = await new Promise<string>((resolve) =>
  emptyServer.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim())),
);

function send(
  method: string,
  path: string,
  body?: unknown,
  authorization = '',
  server = postern.url,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      server + path,
      {
        method,
        agent,
        headers: { ...(authorization === '' ? {} : { authorization }), 'content-type': 'application/json' },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function rate(call: () => Promise<{ status: number }>): Promise<number> {
  let left = REQUESTS;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      while (left > 0) {
        left -= 1;
        const { status } = await call();
        if (status !== 200) throw new Error(`answered ${status}`);
      }
    }),
  );
  return (REQUESTS * 1000) / (performance.now() - started);
}

const session = `Bearer ${postern.session()}`;
const minted = JSON.parse(
  (await send('POST', '/v1/apps/demo/tokens', { commands: [{ args: ['true'], exact: true }] }, session)).text,
) as {
  token: string;
  record: { id: string };
};
const question = {
  header: minted.token,
  access: { action: 'w', app_name: 'demo', machine_id: postern.machine, command: ['true'] },
};
const bodiless = (): Promise<{ status: number }> => send('GET', '/healthz');
const nothing = (): Promise<{ status: number }> =>
  send('POST', '/v1/tokens/authorize', question, '', `http://127.0.0.1:${emptyPort}`);
const authorize = (): Promise<{ status: number }> => send('POST', '/v1/tokens/authorize', question);

for (const each of [nothing, bodiless, authorize]) await rate(each);
const rounds: { empty: number; bodiless: number; asked: number }[] = [];
for (let i = 0; i < 5; i += 1)
  rounds.push({ empty: await rate(nothing), bodiless: await rate(bodiless), asked: await rate(authorize) });
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const empty = median(rounds.map((round) => round.empty));
const healthz = median(rounds.map((round) => round.bodiless));
const asked = median(rounds.map((round) => round.asked));

console.log(
  `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, node ${process.version}, ${WIDTH} connections\n`,
);
console.log('| what | per second | ratio |');
console.log('| --- | --- | --- |');
for (const [what, perSecond] of [
  ['the same request read and checked by Node’s own server, nothing done', empty],
  ['`POST /v1/tokens/authorize`', asked],
  ['`GET /healthz`, without a body', healthz],
] as const)
  console.log(`| ${what} | ${perSecond.toFixed(0)} | ${(perSecond / empty).toFixed(2)} |`);

await send('POST', `/v1/tokens/${minted.record.id}/revoke`, {}, session);
const acknowledged = performance.now();
const { status } = await send('POST', '/v1/tokens/authorize', question);
console.log(
  `\nafter an acknowledged revocation the next request answered ${status}, ${(performance.now() - acknowledged).toFixed(1)} ms later`,
);
agent.destroy();
emptyServer.disconnect();
await postern.remove();
