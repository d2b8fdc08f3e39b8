/** An agent whose log nobody reads any more goes on, so that it can end its commands before it ends itself. */
import { createAgentKey } from '@postern/exec';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../bin/postern-agent.js');

test('invariant 10: it is not ended by a log line', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-agent-'));
  let attempts = 0;
  let enough: () => void = () => undefined;
  const tried = new Promise<void>((resolve) => (enough = resolve));
  const server = createServer((socket) => {
    attempts += 1;
    socket.destroy();
    // Each attempt before this one has ended in a line of the log.
    if (attempts === 4) enough();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const identity = join(directory, 'agent.json');
  const content = {
    version: 1,
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    agent_id: 'agt_1',
    private_key: createAgentKey().privateKey,
  };
  writeFileSync(identity, JSON.stringify(content));
  const agent = spawn(process.execPath, [PROGRAM, 'run', '--embedded', '--identity', identity], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = once(agent, 'exit');
  agent.stderr.destroy();
  await Promise.race([tried, ended]);
  expect(agent.exitCode).toBeNull();
  agent.stdin.end();
  expect((await ended)[0]).toBe(0);
  server.close();
  rmSync(directory, { recursive: true });
});
