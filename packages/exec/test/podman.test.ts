/** The same suite and the same driver, on Podman's compatible service. */
import { createDockerDriver } from '@postern/exec';
import { describeDriver } from './describe-driver.ts';
import { startPodman } from './engines/podman.ts';

describeDriver(
  'docker, on podman',
  async () => {
    const engine = await startPodman();
    return {
      driver: createDockerDriver({ container: engine.container, socket: engine.socket }),
      close: () => engine.stop(),
    };
  },
  {
    features: ['stdin', 'signal', 'cwd', 'env', 'tty', 'user'],
    exitSignal: false,
    reachesEscaped: true,
    seesEnd: true,
  },
);
