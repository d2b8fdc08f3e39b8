/** Other ways into a machine, each with a real daemon of its own: `ssh` and a container engine. */
import { createDockerDriver } from '@postern/exec';
import { spawn } from 'node:child_process';
import { startDockerd } from '../../packages/exec/test/engines/dockerd.ts';
import { startSshd } from '../../packages/exec/test/engines/sshd.ts';
import { run } from '../../packages/exec/test/run-command.ts';
import type { Way } from './measure.ts';

export interface Peers {
  readonly ways: readonly Way[];
  stop(): Promise<void>;
}

/** Node's own spawn, both outputs read to their end. */
export const spawned = (program: string, args: readonly string[]): Promise<unknown> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    child.on('close', resolve);
  });

/** The login shell of the SSH host is plain `sh`, without a profile. */
export async function startPeers(program: string): Promise<Peers> {
  const sshd = await startSshd();
  const dockerd = await startDockerd();
  const docker = createDockerDriver({ container: dockerd.container, socket: dockerd.socket });
  const target = ['-o', 'StrictHostKeyChecking=yes', '-p', String(sshd.port), '-l', sshd.user, sshd.host];
  const fresh = ['-F', sshd.configFile, '-T', ...target];
  const shared = ['-F', sshd.configFile, '-o', `ControlPath=${sshd.configFile}.mux`];
  const master = spawn('ssh', [...shared, '-N', '-T', '-o', 'ControlMaster=yes', ...target], {
    stdio: 'ignore',
  });
  await spawned('ssh', [...shared, '-o', 'ControlMaster=no', '-T', ...target, 'true']);
  return {
    ways: [
      {
        name: '`ssh`, multiplexed',
        share: 0.25,
        once: () => spawned('ssh', [...shared, '-o', 'ControlMaster=no', '-T', ...target, program]),
      },
      { name: '`docker exec` by API', share: 0.05, once: () => run(docker, [program]) },
      { name: '`ssh`, a connection each', share: 0.02, once: () => spawned('ssh', [...fresh, program]) },
    ],
    async stop() {
      master.kill();
      await sshd.stop();
      await dockerd.stop();
    },
  };
}
