/** The agent's end of the link when commands are being ended. */
import { createAgentLink, createGatewayLink, type Driver } from '@postern/exec';
import { EXEC_LIMITS, type ExecOutcome } from '@postern/contract';
import { expect, onTestFinished, test, vi } from 'vitest';
import { decodeJson, decodeMessage, encodeJson, encodeText, KIND } from '../src/link/message.ts';
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

test.each([
  ['ended', 60_000, true],
  ['over its time', 100, false],
] as const)(
  'output that nobody takes does not hold a command that was %s',
  async (_, timeoutMs, isOrdered) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const sent: Uint8Array[] = [];
    const agent = createAgentLink(
      () => ({ driver: loudDriver }),
      () => Promise.resolve({ ok: false, why: 'unsupported', message: '' }),
      (bytes) => void sent.push(bytes),
    );
    agent.receive(encodeJson(KIND.open, 1, { ...ORDER, spec: { ...ORDER.spec, timeoutMs } }));
    await vi.advanceTimersByTimeAsync(0);
    const bytes = (): number =>
      sent
        .map(decodeMessage)
        .filter(({ kind }) => kind === KIND.stdout)
        .reduce((sum, { payload }) => sum + payload.length, 0);
    // What may be on its way without credit, and no more.
    expect(bytes()).toBe(EXEC_LIMITS.windowBytes);
    if (isOrdered) agent.receive(encodeText(KIND.end, 1, 'revoked'));
    await vi.advanceTimersByTimeAsync(timeoutMs + EXEC_LIMITS.patienceMs);
    const last = decodeMessage(sent.at(-1) ?? new Uint8Array(0));
    expect(last.kind).toBe(KIND.outcome);
    expect(decodeJson(last.payload)).toMatchObject({ stdoutTruncated: true, stderrTruncated: false });
    expect(bytes()).toBe(EXEC_LIMITS.windowBytes);
    await agent.idle();
    expect(vi.getTimerCount()).toBe(0);
  },
);

/** Its command writes more than a window, and ends when that is taken or let go. */
const loudDriver: Driver = {
  kind: 'process',
  features: new Set(),
  start: (_spec, sink) => ({
    outcome: Promise.resolve(sink.output('stdout', new Uint8Array(EXEC_LIMITS.windowBytes + 1))).then(
      () => OUTCOME,
    ),
    writeStdin: () => Promise.resolve(),
    closeStdin: () => undefined,
    resize: () => undefined,
    signal: () => undefined,
    end: () => undefined,
  }),
};
