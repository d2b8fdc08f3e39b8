/** The agent's end of the link: runs what the gateway orders, after clearing it once more. */
import {
  EXEC_LIMITS,
  execOrderSchema,
  machineAskSchema,
  reasonSchema,
  type ExecOrder,
  type ExecOutcome,
  type MachineAnswer,
  type MachineAsk,
  type MachineReport,
  type OutcomeReason,
} from '@postern/contract';
import type { Driver, OutputChannel, RunningCommand } from '../driver.ts';
import {
  decodeCredit,
  decodeJson,
  decodeMessage,
  decodeResize,
  decodeText,
  encodeCredit,
  encodeJson,
  encodeMessage,
  KIND,
  LinkError,
  type Message,
} from './message.ts';
import { startTimer } from '../timer.ts';
import { SendWindow } from './window.ts';

/** What the agent says about an order before it runs: the driver to use, or why not. */
export type Admission = { readonly driver: Driver } | { readonly refused: string };

export interface AgentLink {
  /** @throws LinkError when the gateway breaks the protocol. */
  receive(bytes: Uint8Array): void;
  /** Tells the gateway about machines. */
  report(machines: readonly MachineReport[]): void;
  /** Ends everything that runs, for one reason; the link takes no order any more. */
  endAll(reason: OutcomeReason): void;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

interface Running {
  readonly command: RunningCommand;
  readonly windows: Record<OutputChannel, SendWindow>;
  /** Drops what nobody takes: a command that was ended must not be held by a reader who does not read. */
  late: NodeJS.Timeout;
}

/**
 * @param admit looks at an order with the agent's own eyes: machine, caveats, local policy.
 * @param control does what is asked of a machine itself. Never rejects.
 * @param transmit sends one message to the gateway; resolves when the socket can take more.
 */
export function createAgentLink(
  admit: (order: ExecOrder) => Admission,
  control: (ask: MachineAsk) => Promise<MachineAnswer>,
  transmit: (message: Uint8Array) => void,
): AgentLink {
  const running = new Map<number, Running>();
  let isOver = false;

  const open = (id: number, payload: Uint8Array): void => {
    const parsed = execOrderSchema.safeParse(decodeJson(payload));
    if (running.has(id)) throw new LinkError('a stream that is open already');
    if (!parsed.success) {
      // One exec is refused; to close the link would end those of everybody else on it.
      transmit(encodeJson(KIND.outcome, id, refusedOutcome('the order cannot be read')));
      return;
    }
    // An order that was on its way when everything was ended: nobody would end it.
    if (isOver) {
      transmit(encodeJson(KIND.outcome, id, refusedOutcome('the agent is stopping')));
      return;
    }
    const admission = admit(parsed.data);
    if ('refused' in admission) {
      transmit(encodeJson(KIND.outcome, id, refusedOutcome(admission.refused)));
      return;
    }
    const windows = { stdout: new SendWindow(), stderr: new SendWindow() };
    const command = admission.driver.start(parsed.data.spec, {
      output: (channel, bytes) =>
        windows[channel].send(bytes, (frame) => transmit(encodeMessage(KIND[channel], id, frame))),
    });
    const late = dropAfter(parsed.data.spec.timeoutMs + EXEC_LIMITS.patienceMs, windows);
    running.set(id, { command, windows, late });
    void command.outcome.then((outcome) => {
      clearTimeout(running.get(id)?.late);
      running.delete(id);
      transmit(
        encodeJson(KIND.outcome, id, {
          ...outcome,
          stdoutTruncated: outcome.stdoutTruncated || windows.stdout.dropped,
          stderrTruncated: outcome.stderrTruncated || windows.stderr.dropped,
        } satisfies ExecOutcome),
      );
    });
  };

  const ask = (id: number, payload: Uint8Array): void => {
    const parsed = machineAskSchema.safeParse(decodeJson(payload));
    const answer = parsed.success
      ? control(parsed.data)
      : Promise.resolve<MachineAnswer>({ ok: false, why: 'unsupported', message: 'the ask cannot be read' });
    void answer.then((said) => transmit(encodeJson(KIND.answer, id, said)));
  };

  return {
    receive(bytes) {
      const message = decodeMessage(bytes);
      if (message.kind === KIND.open) return open(message.stream, message.payload);
      if (message.kind === KIND.ask) return ask(message.stream, message.payload);
      const found = running.get(message.stream);
      if (found === undefined) return undefined;
      return receiveFor(message, found, transmit);
    },
    report: (machines) => transmit(encodeJson(KIND.report, 0, { machines })),
    endAll(reason) {
      isOver = true;
      for (const { command, windows } of running.values()) {
        windows.stdout.close();
        windows.stderr.close();
        command.end(reason);
      }
    },
    async idle() {
      await Promise.all([...running.values()].map(({ command }) => command.outcome));
    },
  };
}

function receiveFor(
  { kind, stream, payload }: Message,
  running: Running,
  transmit: (message: Uint8Array) => void,
): void {
  const { command, windows } = running;
  switch (kind) {
    case KIND.stdin:
      void command.writeStdin(payload).then(() => transmit(encodeCredit(stream, KIND.stdin, payload.length)));
      return;
    case KIND.closeStdin:
      return command.closeStdin();
    case KIND.resize: {
      const { cols, rows } = decodeResize(payload);
      return command.resize(cols, rows);
    }
    case KIND.signal:
      return command.signal(decodeText(payload));
    case KIND.end: {
      const reason = reasonSchema.safeParse(decodeText(payload));
      clearTimeout(running.late);
      running.late = dropAfter(EXEC_LIMITS.patienceMs, windows);
      return command.end(reason.success ? reason.data : 'cancelled');
    }
    case KIND.credit: {
      const { channel, bytes } = decodeCredit(payload);
      return channel === KIND.stderr ? windows.stderr.grant(bytes) : windows.stdout.grant(bytes);
    }
    default:
      throw new LinkError('a message only the agent may send');
  }
}

function dropAfter(ms: number, { stdout, stderr }: Running['windows']): NodeJS.Timeout {
  const drop = (): void => {
    stdout.close();
    stderr.close();
  };
  return startTimer(ms, drop);
}

function refusedOutcome(message: string): ExecOutcome {
  return {
    reason: 'refused-by-agent',
    exitCode: null,
    exitSignal: null,
    durationMs: 0,
    stdoutBytes: 0,
    stderrBytes: 0,
    stdoutTruncated: false,
    stderrTruncated: false,
    message,
  };
}
