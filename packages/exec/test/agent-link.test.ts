/** The agent's end of the link when everything is being ended. */
import { createAgentLink, createGatewayLink, type Driver } from '@postern/exec';
import type { ExecOrder, ExecOutcome } from '@postern/contract';
import { expect, test } from 'vitest';

const ORDER: ExecOrder = {
  execId: 'exec_1',
  machineId: '00000000000001',
  organizationId: '1',
  appId: '1',
  clearedAt: 0,
  sourceAddress: null,
  caveats: '',
  spec: {
    argv: ['true'],
    stdin: false,
    tty: null,
    timeoutMs: 1000,
    cwd: null,
    user: null,
    env: {},
    outputLimitBytes: 1000,
  },
};
const OUTCOME: ExecOutcome = {
  reason: 'agent-shutdown',
  exitCode: null,
  exitSignal: 15,
  durationMs: 1,
  stdoutBytes: 0,
  stderrBytes: 0,
  stdoutTruncated: false,
  stderrTruncated: false,
  message: null,
};

test('invariant 10: an order that comes after everything was ended starts nothing', async () => {
  let started = 0;
  const driver: Driver = {
    kind: 'process',
    features: new Set(),
    start() {
      started += 1;
      let end: (outcome: ExecOutcome) => void = () => undefined;
      return {
        outcome: new Promise((resolve) => (end = resolve)),
        writeStdin: () => Promise.resolve(),
        closeStdin: () => undefined,
        resize: () => undefined,
        signal: () => undefined,
        end: () => end(OUTCOME),
      };
    },
  };
  const gateway = createGatewayLink(
    (bytes) => agent.receive(bytes),
    () => undefined,
  );
  const agent = createAgentLink(
    () => ({ driver }),
    () => Promise.resolve({ ok: false, why: 'unsupported', message: '' }),
    (bytes) => gateway.receive(bytes),
  );
  const sink = { output: () => Promise.resolve() };
  const before = gateway.open(ORDER, sink);
  agent.endAll('agent-shutdown');
  const after = gateway.open({ ...ORDER, execId: 'exec_2' }, sink);
  await agent.idle();
  expect((await before.outcome).reason).toBe('agent-shutdown');
  expect(await after.outcome).toMatchObject({ reason: 'refused-by-agent', message: 'the agent is stopping' });
  expect(started).toBe(1);
});
