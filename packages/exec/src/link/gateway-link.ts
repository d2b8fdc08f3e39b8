/** The gateway's end of one agent's link: opens execs on it and carries their streams. */
import {
  EXEC_LIMITS,
  execOutcomeSchema,
  machineAnswerSchema,
  machineReportsSchema,
  type ExecOrder,
  type ExecOutcome,
  type MachineAnswer,
  type MachineAsk,
  type MachineReport,
  type OutcomeReason,
} from '@postern/contract';
import type { OutputChannel, OutputSink, RunningCommand } from '../driver.ts';
import {
  decodeCredit,
  decodeJson,
  decodeMessage,
  encodeCredit,
  encodeJson,
  encodeMessage,
  encodeResize,
  encodeText,
  KIND,
  LinkError,
  type Message,
} from './message.ts';
import { RESUME_LIMITS } from './resumable-channel.ts';
import { startTimer } from '../timer.ts';
import { SendWindow } from './window.ts';

/**
 * Milliseconds after an exec's own timeout at which the agent is not waited for any longer: it has had its time, the
 * grace, and the longest silence a link survives. An agent that never says how a command ended must not hold its caller.
 */
const OVERDUE_MS = RESUME_LIMITS.silentMs + EXEC_LIMITS.graceMs + 10_000;

export interface GatewayLink {
  /** Starts an exec on the agent. */
  open(order: ExecOrder, sink: OutputSink): RunningCommand;
  /** Asks something of a machine itself. Rejects with LinkError when the link is over before there is an answer. */
  ask(ask: MachineAsk): Promise<MachineAnswer>;
  /**
   * Takes one message of the agent.
   *
   * @throws LinkError when the agent breaks the protocol; the connection must then be closed.
   */
  receive(bytes: Uint8Array): void;
  /** The link is given up: every exec on it ends as `connection-lost`. */
  closed(): void;
  readonly running: number;
}

/** Credit goes back in portions: little output costs no message. */
const CREDIT_PORTION = EXEC_LIMITS.windowBytes / 4;

interface Stream {
  readonly sink: OutputSink;
  readonly stdin: SendWindow;
  readonly openedAt: number;
  /** Output already received but not yet with the sink, in order. */
  tail: Promise<void>;
  /** Whether its outcome was given: nothing comes after it. */
  isSettled: boolean;
  /** When its time is over, as `performance.now()`. */
  readonly deadline: number;
  readonly overdue: NodeJS.Timeout;
  /** Bytes received for which no credit has been given back: more than the window breaks the protocol. */
  readonly outstanding: Record<OutputChannel, number>;
  /** Of these, bytes that are with the sink already. */
  readonly owed: Record<OutputChannel, number>;
  readonly bytes: Record<OutputChannel, number>;
  settle(outcome: ExecOutcome): void;
}

interface Asked {
  answer(answer: MachineAnswer): void;
  fail(error: LinkError): void;
}

/**
 * @param transmit sends one message to the agent.
 * @param reported is told what the agent says about its machines.
 */
export function createGatewayLink(
  transmit: (message: Uint8Array) => void,
  reported: (machines: readonly MachineReport[]) => void,
): GatewayLink {
  const streams = new Map<number, Stream>();
  const asked = new Map<number, Asked>();
  let nextStream = 1;

  const takeId = (): number => {
    const id = nextStream;
    // Numbers come again after four thousand million; those that are in use keep theirs.
    do nextStream = (nextStream % 0xffff_ffff) + 1;
    while (streams.has(nextStream) || asked.has(nextStream));
    return id;
  };

  const finish = (id: number, stream: Stream, outcome: ExecOutcome): void => {
    streams.delete(id);
    clearTimeout(stream.overdue);
    stream.stdin.close();
    const settle = (final: ExecOutcome): void => {
      clearTimeout(late);
      stream.isSettled = true;
      stream.settle(final);
    };
    // Who does not read must not keep a command that is over among those that run.
    const isOwnEnd = outcome.reason === 'exited' || outcome.reason === 'signaled';
    const left = isOwnEnd ? Math.max(0, stream.deadline - performance.now()) : 0;
    const late = isTaken(stream)
      ? undefined
      : startTimer(left + EXEC_LIMITS.patienceMs, () => settle(cutOutcome(stream, outcome)));
    void stream.tail.then(() => settle(outcome));
  };

  const output = (id: number, stream: Stream, channel: OutputChannel, payload: Uint8Array): void => {
    stream.outstanding[channel] += payload.length;
    stream.bytes[channel] += payload.length;
    if (stream.outstanding[channel] > EXEC_LIMITS.windowBytes) throw new LinkError('more output than credit');
    stream.tail = stream.tail.then(async () => {
      if (stream.isSettled) return;
      await deliver(stream.sink, channel, payload);
      stream.owed[channel] += payload.length;
      const owed = stream.owed[channel];
      if (owed < CREDIT_PORTION || !streams.has(id)) return;
      stream.outstanding[channel] -= owed;
      stream.owed[channel] = 0;
      transmit(encodeCredit(id, KIND[channel], owed));
    });
  };

  return {
    open(order, sink) {
      const id = takeId();
      const { promise, resolve } = Promise.withResolvers<ExecOutcome>();
      const stream: Stream = {
        sink,
        stdin: new SendWindow(),
        openedAt: performance.now(),
        tail: Promise.resolve(),
        isSettled: false,
        deadline: performance.now() + order.spec.timeoutMs,
        overdue: startTimer(order.spec.timeoutMs + OVERDUE_MS, () =>
          finish(id, stream, lostOutcome(stream, 'connection-lost')),
        ),
        outstanding: { stdout: 0, stderr: 0 },
        owed: { stdout: 0, stderr: 0 },
        bytes: { stdout: 0, stderr: 0 },
        settle: resolve,
      };
      streams.set(id, stream);
      transmit(encodeJson(KIND.open, id, order));
      const live = (message: Uint8Array): void => {
        if (streams.has(id)) transmit(message);
      };
      // Bytes may wait for credit; the end of them must not overtake.
      let written = Promise.resolve();
      return {
        outcome: promise,
        writeStdin: (bytes) =>
          (written = written.then(() =>
            stream.stdin.send(bytes, (frame) => live(encodeMessage(KIND.stdin, id, frame))),
          )),
        closeStdin: () => void written.then(() => live(encodeMessage(KIND.closeStdin, id))),
        resize: (cols, rows) => live(encodeResize(id, cols, rows)),
        signal: (signal) => live(encodeText(KIND.signal, id, signal)),
        end: (reason) => live(encodeText(KIND.end, id, reason)),
      };
    },
    ask(ask) {
      const id = takeId();
      const { promise, resolve, reject } = Promise.withResolvers<MachineAnswer>();
      asked.set(id, { answer: resolve, fail: reject });
      transmit(encodeJson(KIND.ask, id, ask));
      return promise;
    },
    receive(bytes) {
      const message = decodeMessage(bytes);
      if (message.kind === KIND.report) {
        const parsed = machineReportsSchema.safeParse(decodeJson(message.payload));
        if (!parsed.success) throw new LinkError('a report that cannot be read');
        return reported(parsed.data.machines);
      }
      if (message.kind === KIND.answer) {
        const parsed = machineAnswerSchema.safeParse(decodeJson(message.payload));
        if (!parsed.success) throw new LinkError('an answer that cannot be read');
        asked.get(message.stream)?.answer(parsed.data);
        asked.delete(message.stream);
        return undefined;
      }
      const stream = streams.get(message.stream);
      // An exec that has just ended here may still be spoken of.
      if (stream === undefined) return undefined;
      return receiveFor(message, stream, output, finish);
    },
    closed() {
      for (const [id, stream] of streams) finish(id, stream, lostOutcome(stream, 'connection-lost'));
      for (const each of asked.values()) each.fail(new LinkError('the link is over'));
      asked.clear();
    },
    get running() {
      return streams.size;
    },
  };
}

function receiveFor(
  { kind, stream: id, payload }: Message,
  stream: Stream,
  output: (id: number, stream: Stream, channel: OutputChannel, payload: Uint8Array) => void,
  finish: (id: number, stream: Stream, outcome: ExecOutcome) => void,
): void {
  switch (kind) {
    case KIND.stdout:
      return output(id, stream, 'stdout', payload);
    case KIND.stderr:
      return output(id, stream, 'stderr', payload);
    case KIND.credit:
      return stream.stdin.grant(decodeCredit(payload).bytes);
    case KIND.outcome: {
      const parsed = execOutcomeSchema.safeParse(decodeJson(payload));
      if (!parsed.success) throw new LinkError('an outcome that cannot be read');
      return finish(id, stream, parsed.data);
    }
    default:
      throw new LinkError('a message only the gateway may send');
  }
}

/** A sink that fails must not break the link; its caller is gone and the exec is being ended. */
async function deliver(sink: OutputSink, channel: OutputChannel, payload: Uint8Array): Promise<void> {
  try {
    await sink.output(channel, payload);
  } catch {
    // The gateway ends the exec when its caller goes.
  }
}

const isChannelTaken = ({ outstanding, owed }: Stream, channel: OutputChannel): boolean =>
  outstanding[channel] === owed[channel];

/** Whether everything that came is with the sink. */
function isTaken(stream: Stream): boolean {
  return isChannelTaken(stream, 'stdout') && isChannelTaken(stream, 'stderr');
}

/** The outcome of a command whose output was not taken to the end. */
function cutOutcome(stream: Stream, outcome: ExecOutcome): ExecOutcome {
  return {
    ...outcome,
    stdoutTruncated: outcome.stdoutTruncated || !isChannelTaken(stream, 'stdout'),
    stderrTruncated: outcome.stderrTruncated || !isChannelTaken(stream, 'stderr'),
  };
}

function lostOutcome(stream: Stream, reason: OutcomeReason): ExecOutcome {
  return {
    reason,
    exitCode: null,
    exitSignal: null,
    durationMs: performance.now() - stream.openedAt,
    stdoutBytes: stream.bytes.stdout,
    stderrBytes: stream.bytes.stderr,
    stdoutTruncated: false,
    stderrTruncated: false,
    message: 'the connection to the machine was lost; whether the command finished is not known',
  };
}
