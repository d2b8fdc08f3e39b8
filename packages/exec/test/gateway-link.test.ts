/** The gateway's end of a link, with an agent that says what it likes, or nothing. */
import { EXEC_LIMITS, type ExecOutcome } from '@postern/contract';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createGatewayLink } from '../src/link/gateway-link.ts';
import { encodeJson, encodeMessage, KIND, LinkError } from '../src/link/message.ts';
import { ORDER, OUTCOME } from './link-examples.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const sink = { output: () => undefined };
const MINUTES_MS = 60_000;

test('an agent that never says how a command ended does not hold its caller', async () => {
  const link = createGatewayLink(
    () => undefined,
    () => undefined,
  );
  const command = link.open(ORDER, sink);
  await vi.advanceTimersByTimeAsync(2 * MINUTES_MS);
  expect(link.running).toBe(1);
  await vi.advanceTimersByTimeAsync(MINUTES_MS);
  expect(link.running).toBe(0);
  expect(await command.outcome).toMatchObject({ reason: 'connection-lost', exitCode: null });
  // What it says afterwards is of nothing any more.
  expect(() => link.receive(encodeJson(KIND.outcome, 1, OUTCOME))).not.toThrow();
});

test('the first outcome stays', async () => {
  const link = createGatewayLink(
    () => undefined,
    () => undefined,
  );
  const command = link.open(ORDER, sink);
  link.receive(encodeJson(KIND.outcome, 1, OUTCOME));
  link.receive(encodeJson(KIND.outcome, 1, { ...OUTCOME, exitCode: 7 }));
  expect(await command.outcome).toMatchObject({ exitCode: 0 });
  expect(vi.getTimerCount()).toBe(0);
});

describe('output that its reader does not take', () => {
  const stuck = { output: () => new Promise<void>(() => undefined) };
  const open = (timeoutMs: number) => {
    const link = createGatewayLink(
      () => undefined,
      () => undefined,
    );
    const command = link.open({ ...ORDER, spec: { ...ORDER.spec, timeoutMs } }, stuck);
    link.receive(encodeMessage(KIND.stdout, 1, Buffer.from('unread')));
    let outcome: ExecOutcome | undefined;
    void command.outcome.then((ended) => (outcome = ended));
    return { link, outcome: () => outcome };
  };

  test('holds a command that was ended for seconds only, and the outcome says that it was cut', async () => {
    const { link, outcome } = open(10 * MINUTES_MS);
    link.receive(encodeJson(KIND.outcome, 1, { ...OUTCOME, reason: 'revoked', exitCode: null }));
    await vi.advanceTimersByTimeAsync(EXEC_LIMITS.patienceMs - 1);
    expect(outcome()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome()).toMatchObject({ reason: 'revoked', stdoutTruncated: true, stderrTruncated: false });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('holds a command that ended by itself until its time is over', async () => {
    const { link, outcome } = open(MINUTES_MS);
    link.receive(encodeJson(KIND.outcome, 1, OUTCOME));
    await vi.advanceTimersByTimeAsync(MINUTES_MS);
    expect(outcome()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(EXEC_LIMITS.patienceMs);
    expect(outcome()).toMatchObject({ reason: 'exited', exitCode: 0, stdoutTruncated: true });
  });

  test('does not outlive the link', async () => {
    const { link, outcome } = open(10 * MINUTES_MS);
    link.closed();
    await vi.advanceTimersByTimeAsync(EXEC_LIMITS.patienceMs);
    expect(outcome()).toMatchObject({ reason: 'connection-lost', stdoutTruncated: true });
  });
});

test('an ask has one answer, and fails when the link ends before it', async () => {
  const link = createGatewayLink(
    () => undefined,
    () => undefined,
  );
  const asked = link.ask({ machineId: 'm', act: 'ps', signal: null, timeoutSeconds: 1 });
  link.receive(encodeJson(KIND.answer, 1, { ok: true, processes: [] }));
  link.receive(encodeJson(KIND.answer, 1, { ok: false, why: 'failed', message: 'late' }));
  expect(await asked).toEqual({ ok: true, processes: [] });
  const lost = link.ask({ machineId: 'm', act: 'stop', signal: null, timeoutSeconds: 1 });
  link.closed();
  await expect(lost).rejects.toThrow(LinkError);
});

test('what cannot be read is refused', () => {
  const link = createGatewayLink(
    () => undefined,
    () => undefined,
  );
  link.open(ORDER, sink);
  for (const bytes of [
    encodeJson(KIND.report, 0, { machines: [{ id: 'm', state: 'exploded', features: [] }] }),
    encodeMessage(KIND.report, 0, Buffer.from('{')),
    encodeJson(KIND.answer, 1, { ok: true }),
    encodeJson(KIND.outcome, 1, { reason: 'bored' }),
    encodeMessage(KIND.open, 1),
    encodeMessage(KIND.ask, 1),
  ])
    expect(() => link.receive(bytes)).toThrow(LinkError);
});
