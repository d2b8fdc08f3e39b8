/** An agent in a network that has no way out but a proxy. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificate, type CertificateFiles } from '../../apps/cli/test/certificates.ts';
import { install, ROOT, until, type Installation } from './installation.ts';

const AGENT = join(ROOT, 'apps/agent/bin/postern-agent.js');
const directory = mkdtempSync(join(tmpdir(), 'postern-proxy-'));
const identity = join(directory, 'agent.json');

/** Where it was asked to connect to, and what is open through it. */
const asked: string[] = [];
const open = new Set<Socket>();
const proxy = createServer((_request, response) => response.writeHead(405).end());
proxy.on('connect', (request, client: Socket, head) => {
  asked.push(request.url ?? '');
  const { hostname, port } = new URL(`tcp://${request.url}`);
  const server = connect(Number(port), hostname, () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    server.write(head);
    client.pipe(server).pipe(client);
  });
  for (const socket of [client, server]) {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      client.destroy();
      server.destroy();
    });
  }
});

let postern: Installation;
let files: CertificateFiles;
let env: Record<string, string | undefined>;
beforeAll(async () => {
  files = makeCertificate(directory, 'IP:127.0.0.1', -1, 2);
  process.env['NODE_EXTRA_CA_CERTS'] = files.cert;
  postern = await install(['--tls-cert', files.cert, '--tls-key', files.key]);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  env = { ...process.env, HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '' };
});
afterAll(async () => {
  await postern.remove();
  for (const socket of open) socket.destroy();
  proxy.close();
  rmSync(directory, { recursive: true });
});

async function agent(...words: string[]) {
  const child = spawn(process.execPath, [AGENT, ...words], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = new Promise((resolve) => child.once('close', resolve));
  return { child, said: () => said, code };
}

const run = (...words: string[]) => postern.postern([...words, '-a', 'demo']);

test('it joins, serves and comes back through the proxy alone', async () => {
  const added = await run('machines', 'add', '--name', 'inside', '--json');
  const { join_token: token, machine } = JSON.parse(added.stdout.toString()) as {
    join_token: string;
    machine: { id: string };
  };
  const joined = await agent('join', '--server', postern.url, '--token', token, '--identity', identity);
  expect(await joined.code, joined.said()).toBe(0);
  expect(asked).toEqual([new URL(postern.url).host]);

  const running = await agent('run', '--identity', identity);
  await until(() => running.said().includes('connected to'));
  expect(asked).toHaveLength(2);
  const ran = await run('machine', 'exec', machine.id, 'echo from inside');
  expect(ran.stdout.toString()).toBe('from inside\n');

  for (const socket of open) socket.destroy();
  await until(() => asked.length >= 3 && postern.log().includes('agent.disconnected'));
  await until(async () => (await run('machine', 'exec', machine.id, 'echo again')).code === 0);
  running.child.kill('SIGTERM');
  expect(await running.code).toBe(0);
});

test('NO_PROXY names what is reached without it', async () => {
  env = { ...env, NO_PROXY: '127.0.0.1' };
  const before = asked.length;
  const running = await agent('run', '--identity', identity);
  await until(() => running.said().includes('connected to'));
  expect(asked).toHaveLength(before);
  running.child.kill('SIGTERM');
  expect(await running.code).toBe(0);
});
