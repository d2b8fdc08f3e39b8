/** A machine's own side: the agent program, started with the lines that the page shows. */
import { splitShellWords } from '@postern/contract';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../test/e2e/installation.ts';

const AGENT = join(ROOT, 'apps/agent/bin/postern-agent.js');

export interface AgentHost {
  /** Runs a line to its end. @returns its exit code and what it said. */
  type(line: string): Promise<{ readonly code: number | null; readonly text: string }>;
  /** Starts a line that stays. */
  start(line: string): void;
  /** Ends what was started. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

export function agentHost(): AgentHost {
  const directory = mkdtempSync(join(tmpdir(), 'postern-agent-'));
  let running: ChildProcess | undefined;
  const launch = (line: string): ChildProcess => {
    const [program, ...words] = splitShellWords(line);
    if (program !== 'postern-agent') throw new Error(`not the agent: ${line}`);
    // The identity would belong to the whole host otherwise.
    const args = [AGENT, ...words, '--identity', join(directory, 'agent.json')];
    return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const stop = async (): Promise<void> => {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await exit;
  };
  return {
    type(line) {
      const child = launch(line);
      let text = '';
      child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
      return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
    },
    start(line) {
      running = launch(line);
      running.stderr?.resume();
    },
    stop,
    async remove() {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
