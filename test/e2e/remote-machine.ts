/** A machine with an agent of its own, behind a proxy that can fail as a network does. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCuttingProxy, type CuttingProxy } from './cutting-proxy.ts';
import { ROOT, until, type Installation } from './installation.ts';

const AGENT = join(ROOT, 'apps/agent/bin/postern-agent.js');

export interface RunningAgent {
  readonly child: ChildProcess;
  log(): string;
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface RemoteMachine {
  readonly id: string;
  readonly proxy: CuttingProxy;
  readonly directory: string;
  /** Stands in the environment of every command of {@link exec}: whoever descends from one is found by it. */
  readonly mark: string;
  /** The identity file of its agent. */
  readonly identity: string;
  /** Calls the server, not through the proxy. */
  call(path: string, body?: object): Promise<Answer>;
  exec(command: readonly string[], on?: string, more?: object): Promise<Answer>;
  state(): Promise<unknown>;
  /** Runs the agent program to its end. */
  program(
    args: readonly string[],
    env?: Record<string, string>,
  ): Promise<{ readonly code: number | null; readonly text: string }>;
  /** Starts the agent; resolves when the server knows that it is there. */
  runAgent(env?: Record<string, string>, ...args: string[]): Promise<RunningAgent>;
  remove(): Promise<void>;
}

export async function addRemoteMachine(postern: Installation, name = 'far'): Promise<RemoteMachine> {
  const proxy = await startCuttingProxy(Number(new URL(postern.url).port));
  const directory = mkdtempSync(join(tmpdir(), 'postern-agent-'));
  const identity = join(directory, 'agent.json');
  const mark = randomBytes(8).toString('hex');
  const agents = new Set<RunningAgent>();
  const call: RemoteMachine['call'] = async (path, body) => {
    const response = await fetch(postern.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${postern.session()}`,
        'content-type': 'application/json',
        // A connection that is kept would be a descriptor of the server that nobody leaked.
        connection: 'close',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const program: RemoteMachine['program'] = (args, env = {}) => {
    const child = spawn(process.execPath, [AGENT, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
  };
  const added = await call('/v1/apps/demo/machines', { name });
  const { id } = added.body['machine'] as { id: string };
  const token = String(added.body['join_token']);
  const server = `http://127.0.0.1:${proxy.port}`;
  const joined = await program(['join', '--server', server, '--token', token, '--identity', identity]);
  if (joined.code !== 0) throw new Error(`the agent did not join: ${joined.text}`);
  const state = async (): Promise<unknown> => (await call(`/v1/apps/demo/machines/${id}`)).body['state'];
  return {
    id,
    proxy,
    directory,
    mark,
    identity,
    call,
    program,
    state,
    exec: (command, on = id, more = {}) =>
      call(`/v1/apps/demo/machines/${on}/exec`, {
        command,
        timeout: 600,
        env: { POSTERN_TEST_MARK: mark },
        ...more,
      }),
    async runAgent(env = {}, ...args) {
      const child = spawn(process.execPath, [AGENT, 'run', '--identity', identity, ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, ...env },
      });
      let text = '';
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      const agent: RunningAgent = {
        child,
        log: () => text,
        async end(signal) {
          if (child.exitCode === null && child.signalCode === null) child.kill(signal);
          await exit;
          agents.delete(agent);
        },
      };
      agents.add(agent);
      await until(() => text.includes('connected to') || child.exitCode !== null);
      if (child.exitCode !== null) throw new Error(`the agent ended: ${text}`);
      await until(async () => (await state()) === 'started');
      return agent;
    },
    async remove() {
      proxy.mend();
      for (const agent of agents) await agent.end('SIGTERM');
      await proxy.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
