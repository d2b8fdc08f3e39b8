/** A real container engine for a test: its own data, its own socket, a container of a busybox that never ends. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  copyFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../processes.ts';

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

function busyboxRoot(directory: string): string {
  const root = join(directory, 'root');
  for (const folder of ['bin', 'etc', 'tmp', 'proc', 'sys', 'dev', 'root'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  const applets = spawnSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');
  for (const applet of applets) {
    if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  }
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  const archive = join(directory, 'root.tar');
  spawnSync('tar', ['-C', root, '-cf', archive, '.']);
  return archive;
}

async function ended(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const exit = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  await exit;
}
