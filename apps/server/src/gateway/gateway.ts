/**
 * The gateway: knows which agent serves which machine, hands plans to agents, and keeps every running exec until its
 * record is closed.
 */
import {
  EXEC_LIMITS,
  PosternError,
  type ExecOrder,
  type ExecOutcome,
  type MachineAnswer,
  type MachineAsk,
  type MachineReport,
  type OutcomeReason,
} from '@postern/contract';
import type { ExecPlan } from '@postern/authority';
import type { GatewayLink, OutputSink, RunningCommand } from '@postern/exec';
import type { MachineRecord, Store } from '@postern/store';
import type { Log } from '../log.ts';
import type { ExecAsk } from './parse-exec-request.ts';

/** Execs at one time. */
export const CONCURRENCY = { perMachine: 256, perToken: 64 } as const;

/** Machines of one agent whose reports are kept. */
const MOST_REPORTS = 10_000;

export interface AgentConnection {
  readonly link: GatewayLink;
  /** False while the link waits for its agent to come back. */
  isConnected(): boolean;
  /** Gives the link up. */
  close(): void;
  /** Tells the agent which machines it serves now. */
  tell(): Promise<void>;
}

/** How a plan is to be run, beyond what was authorized. */
export type RunOptions = Pick<ExecAsk, 'timeoutMs' | 'cwd' | 'user' | 'env'> & {
  readonly stdin: boolean;
  readonly tty: { readonly cols: number; readonly rows: number; readonly term: string } | null;
  readonly outputLimitBytes: number;
  /** Whether its record is taken away when it has ended: the app keeps none. */
  readonly isForgotten: boolean;
  readonly traceparent: string | undefined;
};

interface Running {
  readonly plan: ExecPlan;
  readonly command: RunningCommand;
}

/** Whose place among the running an exec takes. */
type Place = Pick<ExecPlan, 'machineId' | 'tokenId'>;

/** An exec that is being decided about. */
export interface ExpectedExec {
  /**
   * Takes a place among those that run, until the exec runs or is released: requests that come at once are counted too.
   *
   * @throws PosternError `shutting_down`, `machine_not_started`, `machine_unreachable` or `machine_busy`, before anything
   *   is written.
   */
  admit(machine: MachineRecord, tokenId: string | null): void;
  /** Why a plan of it must not run any more: what was said to {@link Gateway.endWhere} meanwhile. */
  endedBy(plan: ExecPlan): OutcomeReason | undefined;
  release(): void;
}

export interface Gateway {
  connect(agentId: string, connection: AgentConnection): void;
  /** The link is over. */
  disconnect(agentId: string, link: GatewayLink): void;
  isConnected(machine: MachineRecord): boolean;
  /** Keeps what an agent says about machines; of those that are not its own nothing is ever read. */
  report(agentId: string, machines: readonly MachineReport[]): void;
  /** What a machine is and can, as its agent says; undefined while it is not connected or has not said. */
  reportOf(machine: MachineRecord): MachineReport | undefined;
  /** Asks something of a machine itself. @throws PosternError `machine_not_started`, `machine_unreachable`; LinkError when the link ends. */
  ask(machine: MachineRecord, ask: Omit<MachineAsk, 'machineId'>): Promise<MachineAnswer>;
  /** Tells an agent that its machines have changed. */
  refresh(agentId: string): Promise<void>;
  /** Call before a decision is asked for, so that a revocation between the decision and the start is not missed. */
  expect(): ExpectedExec;
  /** Runs a plan. The record is closed when the outcome is known, whoever still listens. */
  run(
    plan: ExecPlan,
    options: RunOptions,
    machine: MachineRecord,
    sink: OutputSink,
    expected: ExpectedExec,
  ): RunningCommand;
  find(execId: string): RunningCommand | undefined;
  runningOn(machineId: string): number;
  /** How many execs run, and how many agents are here. */
  counts(): { readonly running: number; readonly agents: number };
  endWhere(matches: (plan: ExecPlan) => boolean, reason: OutcomeReason): void;
  /** From now on nothing new is run. */
  drain(): void;
  /** Resolves when nothing runs any more, or the time is over. */
  idle(forMs: number): Promise<void>;
  /** Ends every exec and waits until their records are closed. */
  shutDown(): Promise<void>;
}

/**
 * @param ended told of every exec that is over.
 */
export function createGateway(
  store: Store,
  log: Log,
  now: () => number,
  ended: (outcome: ExecOutcome) => void,
): Gateway {
  const agents = new Map<string, AgentConnection>();
  const reports = new Map<string, Map<string, MachineReport>>();
  const running = new Map<string, Running>();
  const closing = new Set<Promise<void>>();
  const expecting = new Set<(matches: (plan: ExecPlan) => boolean, reason: OutcomeReason) => void>();
  let draining = false;

  const admitted = new Set<Place>();

  const count = (matches: (place: Place) => boolean): number => {
    let found = 0;
    for (const { plan } of running.values()) if (matches(plan)) found += 1;
    for (const place of admitted) if (matches(place)) found += 1;
    return found;
  };

  const connectionOf = ({ agentId }: MachineRecord): AgentConnection | undefined => {
    const agent = agentId === null ? undefined : agents.get(agentId);
    return agent?.isConnected() === true ? agent : undefined;
  };

  const requireConnected = (machine: MachineRecord): AgentConnection => {
    const agent = connectionOf(machine);
    if (agent !== undefined) return agent;
    if (machine.agentId !== null) throw unreachable(machine);
    throw new PosternError('machine_not_started', `machine ${machine.id} has no agent yet`, {
      hint: 'run the join command that `postern machines add` printed, on the machine',
    });
  };

  const reportOf = (machine: MachineRecord): MachineReport | undefined =>
    connectionOf(machine) === undefined ? undefined : reports.get(machine.agentId ?? '')?.get(machine.id);

  const closeRecord = async (
    { organizationId, execId }: ExecPlan,
    outcome: ExecOutcome,
    isForgotten: boolean,
  ): Promise<void> => {
    try {
      await store.commitSoon([
        {
          kind: 'exec.close',
          organizationId,
          execId,
          endedAt: now(),
          reason: outcome.reason,
          exitCode: outcome.exitCode,
          exitSignal: outcome.exitSignal,
          stdoutBytes: outcome.stdoutBytes,
          stderrBytes: outcome.stderrBytes,
          truncated: outcome.stdoutTruncated || outcome.stderrTruncated,
        },
        ...(isForgotten ? [{ kind: 'exec.forget', organizationId, execId } as const] : []),
      ]);
    } catch (error) {
      log.error('exec.record-not-closed', { execId, message: String(error) });
    }
  };

  const endWhere: Gateway['endWhere'] = (matches, reason) => {
    for (const { plan, command } of running.values()) if (matches(plan)) command.end(reason);
    for (const note of expecting) note(matches, reason);
  };

  const requireReady = (machine: MachineRecord, tokenId: string | null): void => {
    if (draining) {
      throw new PosternError('shutting_down', 'the server is stopping and starts no more commands', {
        hint: 'try again in a moment',
      });
    }
    requireConnected(machine);
    if (reportOf(machine)?.state === 'stopped') {
      throw new PosternError('machine_not_started', `machine ${machine.id} is stopped`, {
        hint: 'start it with `postern machines start`',
      });
    }
    if (count((plan) => plan.machineId === machine.id) >= CONCURRENCY.perMachine) {
      throw new PosternError(
        'machine_busy',
        `machine ${machine.id} is busy: ${CONCURRENCY.perMachine} commands run on it`,
      );
    }
    if (tokenId !== null && count((plan) => plan.tokenId === tokenId) >= CONCURRENCY.perToken) {
      throw new PosternError(
        'machine_busy',
        `the token is busy: ${CONCURRENCY.perToken} commands run with it`,
      );
    }
  };

  return {
    connect: (agentId, connection) => void agents.set(agentId, connection),
    disconnect(agentId, link) {
      if (agents.get(agentId)?.link !== link) return;
      agents.delete(agentId);
      reports.delete(agentId);
    },
    report(agentId, machines) {
      const known = reports.get(agentId) ?? new Map<string, MachineReport>();
      reports.set(agentId, known);
      for (const report of machines)
        if (known.has(report.id) || known.size < MOST_REPORTS) known.set(report.id, report);
    },
    reportOf,
    ask(machine, ask) {
      return requireConnected(machine).link.ask({ ...ask, machineId: machine.id });
    },
    isConnected: (machine) => connectionOf(machine) !== undefined,
    async refresh(agentId) {
      const agent = agents.get(agentId);
      if (agent?.isConnected() === true) await agent.tell();
    },
    expect() {
      const said: { matches: (plan: ExecPlan) => boolean; reason: OutcomeReason }[] = [];
      const note = (matches: (plan: ExecPlan) => boolean, reason: OutcomeReason): void =>
        void said.push({ matches, reason });
      let place: Place | undefined;
      expecting.add(note);
      return {
        admit(machine, tokenId) {
          requireReady(machine, tokenId);
          place = { machineId: machine.id, tokenId };
          admitted.add(place);
        },
        endedBy: (plan) => said.find(({ matches }) => matches(plan))?.reason,
        release() {
          expecting.delete(note);
          if (place !== undefined) admitted.delete(place);
        },
      };
    },
    run(plan, options, machine, sink, expected) {
      const agent = connectionOf(machine);
      const endedBy = expected.endedBy(plan);
      expected.release();
      const command =
        endedBy !== undefined
          ? commandNotStarted(endedBy, 'ended before the command was started')
          : agent === undefined
            ? commandNotStarted('connection-lost', 'the machine disconnected before the command was started')
            : agent.link.open(orderOf(plan, options), sink);
      running.set(plan.execId, { plan, command });
      const closed = command.outcome.then(async (outcome) => {
        running.delete(plan.execId);
        ended(outcome);
        await closeRecord(plan, outcome, options.isForgotten);
      });
      closing.add(closed);
      void closed.then(() => closing.delete(closed));
      return command;
    },
    find: (execId) => running.get(execId)?.command,
    runningOn: (machineId) => count((plan) => plan.machineId === machineId),
    counts: () => ({
      running: running.size,
      agents: [...agents.values()].filter((agent) => agent.isConnected()).length,
    }),
    endWhere,
    drain() {
      draining = true;
    },
    async idle(forMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, forMs);
      });
      await Promise.race([Promise.all(closing), late]);
      clearTimeout(timer);
    },
    async shutDown() {
      endWhere(() => true, 'cancelled');
      const late = setTimeout(() => agents.forEach((agent) => agent.link.closed()), EXEC_LIMITS.graceMs * 2);
      await Promise.all(closing);
      clearTimeout(late);
      for (const agent of agents.values()) agent.close();
    },
  };
}

function unreachable({ id }: MachineRecord): PosternError {
  return new PosternError('machine_unreachable', `machine ${id} is not connected`, {
    hint: 'see that `postern-agent run` is running there and can reach this server',
  });
}

/** The argv and the caveats travel exactly as they were cleared. */
function orderOf(plan: ExecPlan, options: RunOptions): ExecOrder {
  return {
    execId: plan.execId,
    machineId: plan.machineId,
    organizationId: String(plan.organizationId),
    appId: String(plan.appId),
    clearedAt: plan.access.now,
    sourceAddress: plan.access.sourceAddress ?? null,
    caveats: Buffer.from(plan.caveats).toString('base64'),
    spec: {
      argv: [...plan.argv],
      stdin: options.stdin,
      tty: options.tty,
      timeoutMs: options.timeoutMs,
      cwd: options.cwd ?? null,
      user: options.user ?? null,
      env: { ...options.env },
      outputLimitBytes: options.outputLimitBytes,
    },
    ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
  };
}

/** Its agent left, or its permission did, between the decision and the start: nothing ran. */
function commandNotStarted(reason: OutcomeReason, message: string): RunningCommand {
  return {
    outcome: Promise.resolve({
      reason,
      exitCode: null,
      exitSignal: null,
      durationMs: 0,
      stdoutBytes: 0,
      stderrBytes: 0,
      stdoutTruncated: false,
      stderrTruncated: false,
      message,
    }),
    writeStdin: () => Promise.resolve(),
    closeStdin: () => undefined,
    resize: () => undefined,
    signal: () => undefined,
    end: () => undefined,
  };
}
