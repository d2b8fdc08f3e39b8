/** The one suite, over every driver: on this host, in a real container, over a real sshd. */
import {
  createDockerDriver,
  createProcessDriver,
  createSpawner,
  createSshDriver,
  locateSpawner,
} from '@postern/exec';
import { expect, test } from 'vitest';
import { describeDriver, type DriverUnderTest } from './describe-driver.ts';
import { startDockerd } from './engines/dockerd.ts';
import { startSshd } from './engines/sshd.ts';
import { run } from './run-command.ts';

const program = locateSpawner();

test('the native spawner was built', () => {
  expect(program).toBeDefined();
});

const NO_FEATURE_LEFT_OUT = ['stdin', 'signal', 'cwd', 'env', 'tty', 'user'];

describeDriver(
  'process, by the spawner',
  async () => {
    const spawner = createSpawner(program ?? '');
    return { driver: createProcessDriver({ environment: {}, spawner }), close: () => spawner.close() };
  },
  { features: NO_FEATURE_LEFT_OUT, exitSignal: true, reachesEscaped: true, seesEnd: true },
);

describeDriver(
  'process, by Node',
  async () => ({ driver: createProcessDriver({ environment: {} }), close: () => Promise.resolve() }),
  { features: ['stdin', 'signal', 'cwd', 'env'], exitSignal: true, reachesEscaped: false, seesEnd: true },
);

describeDriver(
  'docker',
  async () => {
    const engine = await startDockerd();
    return {
      driver: createDockerDriver({ container: engine.container, socket: engine.socket }),
      close: () => engine.stop(),
    };
  },
  { features: NO_FEATURE_LEFT_OUT, exitSignal: false, reachesEscaped: true, seesEnd: true },
);

async function overSsh(): Promise<DriverUnderTest> {
  const server = await startSshd();
  const spawner = createSpawner(program ?? '');
  const local = createProcessDriver({ environment: {}, spawner });
  const { host, port, user, configFile } = server;
  const driver = createSshDriver({ host, port, user, configFile }, local);
  return {
    driver,
    async close() {
      driver.close();
      await spawner.close();
      await server.stop();
    },
  };
}

describeDriver('ssh', overSsh, {
  features: ['stdin', 'signal', 'cwd', 'env', 'tty'],
  exitSignal: false,
  reachesEscaped: false,
  seesEnd: false,
});

test('ssh: a host with another key than the known one is refused, and nothing runs', async () => {
  const server = await startSshd();
  const local = createProcessDriver({ environment: {} });
  const { host, port, user, strangerConfigFile } = server;
  const driver = createSshDriver({ host, port, user, configFile: strangerConfigFile }, local);
  const { outcome } = await run(driver, ['echo', 'hi']);
  expect(outcome).toMatchObject({ reason: 'start-failed', stdoutBytes: 0 });
  expect(outcome.message).toMatch(/host key verification failed/i);
  driver.close();
  await server.stop();
});

test('docker: a container that is not there, and an engine that is not there', async () => {
  const away = createDockerDriver({ container: 'x', socket: '/no/such.sock' });
  expect((await run(away, ['true'])).outcome).toMatchObject({
    reason: 'start-failed',
    message: 'the container engine at /no/such.sock cannot be reached (ENOENT)',
  });
});
