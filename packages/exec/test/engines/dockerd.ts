/** A real container engine for a test: its own data, its own socket, a container of a busybox that never ends. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../processes.ts';
import { busyboxRoot } from './busybox-root.ts';

export interface DockerEngine {
  readonly socket: string;
  readonly container: string;
  stop(): Promise<void>;
}

export async function startDockerd(): Promise<DockerEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-dockerd-'));
  const socket = join(directory, 'd.sock');
  const daemon = spawn(
    'dockerd',
    [
      '-H',
      `unix://${socket}`,
      '--data-root',
      join(directory, 'data'),
      '--exec-root',
      join(directory, 'exec'),
      '--pidfile',
      join(directory, 'pid'),
      '--iptables=false',
      '--ip6tables=false',
      '--bridge=none',
    ],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const docker = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('docker', ['-H', `unix://${socket}`, ...args], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const stop = async (): Promise<void> => {
    spawnSync('docker', ['-H', `unix://${socket}`, 'rm', '-f', 'machine']);
    await ended(daemon);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await until(
      () => existsSync(socket) && spawnSync('docker', ['-H', `unix://${socket}`, 'version']).status === 0,
    );
    docker('import', busyboxRoot(directory), 'postern/busybox:1');
    docker(
      'run',
      '-d',
      '--name',
      'machine',
      '--network',
      'none',
      'postern/busybox:1',
      '/bin/sleep',
      '1000000',
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { socket, container: 'machine', stop };
}

async function ended(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const exit = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  await exit;
}
