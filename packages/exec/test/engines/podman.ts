/** Podman's Docker-compatible service for a test, with its own storage, and a container that never ends. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesWith, until } from '../processes.ts';
import { busyboxRoot } from './busybox-root.ts';
import type { DockerEngine } from './dockerd.ts';

export async function startPodman(): Promise<DockerEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-podman-'));
  const socket = join(directory, 'p.sock');
  const storage = join(directory, 'storage.conf');
  const containers = join(directory, 'containers.conf');
  mkdirSync(join(directory, 'root'), { recursive: true });
  writeFileSync(
    storage,
    `[storage]\ndriver = "overlay"\nrunroot = "${directory}/run"\ngraphroot = "${directory}/graph"\n`,
  );
  writeFileSync(
    containers,
    [
      '[containers]',
      // No more than this process may have: raising a limit needs a privilege containers of tests do not need.
      'default_ulimits = ["nofile=1024:1024","nproc=1024:1024"]',
      'netns = "none"',
      '[engine]',
      'runtime = "runc"',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      // Each exec leaves a monitor behind for five minutes otherwise.
      'exit_command_delay = 1',
    ].join('\n'),
  );
  const env = { ...process.env, CONTAINERS_STORAGE_CONF: storage, CONTAINERS_CONF: containers };
  const podman = (...args: string[]): void => {
    const { status, stderr } = spawnSync('podman', args, { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`podman ${args.join(' ')}: ${stderr}`);
  };
  podman('import', busyboxRoot(directory), 'postern/busybox:1');
  podman('run', '-d', '--name', 'machine', 'postern/busybox:1', '/bin/sleep', '1000000');
  const service = spawn('podman', ['system', 'service', '--time=0', `unix://${socket}`], {
    stdio: 'ignore',
    env,
  });
  await until(() => existsSync(socket));
  return {
    socket,
    container: 'machine',
    async stop() {
      const exit = new Promise((resolve) => service.once('exit', resolve));
      service.kill('SIGTERM');
      await exit;
      podman('rm', '-f', '-t', '0', 'machine');
      // The monitors of the last execs stay a second longer.
      await until(() => processesWith(directory).length === 0);
      spawnSync('umount', [join(directory, 'graph/overlay')]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
