/** The agent's end of the link when everything is being ended. */
import { createAgentLink, createGatewayLink, type Driver } from '@postern/exec';
import type { ExecOutcome } from '@postern/contract';
import { expect, test } from 'vitest';
import { ORDER, OUTCOME } from './link-examples.ts';

const ENDED: ExecOutcome = { ...OUTCOME, reason: 'agent-shutdown', exitCode: null, exitSignal: 15 };

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
        end: () => end(ENDED),
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
