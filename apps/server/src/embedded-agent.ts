/**
 * The agent for this host: a process of its own that speaks the real agent link over loopback. It ends with the
 * server, whatever ends the server: its standard input is a pipe of ours.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EmbeddedAgentKey } from './first-start.ts';
import type { Log } from './log.ts';

const PROGRAM = fileURLToPath(new URL('../../agent/bin/postern-agent.js', import.meta.url));
const RESTART_MS = 500;
/** Megabytes. Left to itself an agent that was busy once keeps twice the memory for good, and is no faster for it. */
const YOUNG_GENERATION = '--max-semi-space-size=2';

export interface EmbeddedAgent {
  stop(): Promise<void>;
}

/** @param server URL of this server on the loopback interface. */
export function startEmbeddedAgent(
  dataDir: string,
  key: EmbeddedAgentKey,
  server: string,
  log: Log,
): EmbeddedAgent {
  const identity = join(dataDir, 'agent-identity.json');
  const content = { version: 1, server, agent_id: key.agent_id, private_key: key.private_key };
  writeFileSync(identity, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  let stopping = false;
  let child: ChildProcess | undefined;
  const start = (): void => {
    const started = spawn(
      process.execPath,
      [YOUNG_GENERATION, PROGRAM, 'run', '--embedded', '--identity', identity],
      {
        stdio: ['pipe', 'ignore', 'pipe'],
      },
    );
    child = started;
    started.stdin.on('error', () => undefined);
    started.stderr.on('data', (chunk: Buffer) =>
      log.info('agent.says', { text: chunk.toString('utf8').trim() }),
    );
    started.on('exit', (code, signal) => {
      if (stopping) return;
      log.warn('agent.exited', { code, signal });
      setTimeout(() => {
        if (!stopping) start();
      }, RESTART_MS);
    });
  };
  start();
  return {
    stop: () =>
      new Promise((resolve) => {
        stopping = true;
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.stdin?.end();
        return undefined;
      }),
  };
}
