/**
 * The life of one exec on the server, in order: find the machine, parse to an argv, see that the machine is there,
 * authorize and write the decision down, run. Used by every way in: JSON, lines, WebSocket.
 */
import { PosternError, type ExecOutcome } from '@postern/contract';
import type { ExecPlan } from '@postern/authority';
import type { OutputSink, RunningCommand } from '@postern/exec';
import type { AppRecord, MachineRecord } from '@postern/store';
import { formatTraceparent, type Span, type TraceContext } from '@postern/trace';
import { requirePerson, type Caller } from '../http/caller.ts';
import { toPosternError } from '../http/error-answer.ts';
import type { Services } from '../services.ts';
import { boundsOf } from './token-bounds.ts';
import { openTranscript, type Transcript } from './transcript.ts';
import type { ExpectedExec } from './gateway.ts';
import { parseExecRequest, type ExecAsk, type ExecBody } from './parse-exec-request.ts';

export interface ExecTarget {
  readonly app: AppRecord;
  readonly machine: MachineRecord;
}

export interface ExecCall {
  readonly caller: Caller;
  readonly source: string;
  readonly body: ExecBody;
  readonly stdin: boolean;
  readonly tty: { readonly cols: number; readonly rows: number; readonly term: string } | null;
  readonly outputLimitBytes: number;
  readonly idempotencyKey: string | null;
  /** Where in a trace the caller says this happens. */
  readonly trace: TraceContext | undefined;
}

export interface OpenExec {
  readonly plan: ExecPlan;
  readonly command: RunningCommand;
  readonly ask: ExecAsk;
}

/** @throws PosternError or AuthorityError; then nothing has run. */
export async function openExec(
  target: ExecTarget,
  call: ExecCall,
  sink: OutputSink,
  services: Services,
): Promise<OpenExec> {
  // Ids and outcomes alone: what a command is and who may run it is nobody's at a collector.
  const span = services.tracer.start('postern.exec', 'server', call.trace, {
    'postern.app': target.app.publicId,
    'postern.machine': target.machine.id,
  });
  const expected = services.gateway.expect();
  try {
    const opened = await authorizeAndRun(target, call, sink, span, services, expected);
    span.set({ 'postern.exec': opened.plan.execId });
    void opened.command.outcome.then(({ reason, exitCode }) => {
      span.set({ 'postern.reason': reason, ...(exitCode === null ? {} : { 'process.exit.code': exitCode }) });
      span.end(reason === 'exited' ? undefined : reason);
    });
    return opened;
  } catch (thrown) {
    span.end(toPosternError(thrown).code);
    throw thrown;
  } finally {
    expected.release();
  }
}

async function authorizeAndRun(
  { app, machine }: ExecTarget,
  call: ExecCall,
  sink: OutputSink,
  span: Span,
  services: Services,
  expected: ExpectedExec,
): Promise<OpenExec> {
  const ask = parseExecRequest(call.body);
  const by =
    call.caller.kind === 'token' ? { header: call.caller.header } : { person: requirePerson(call.caller) };
  const defaults = { timeoutMs: ask.timeoutMs, outputBytes: call.outputLimitBytes };
  const bounds = 'header' in by ? boundsOf(by.header, defaults) : defaults;
  // A timeout that was asked for stays what it is, and is refused when it is too long.
  const timeoutMs = call.body.timeout === undefined ? bounds.timeoutMs : ask.timeoutMs;
  const stdin = call.stdin || ask.stdin !== undefined;
  // What nobody waits for is kept, or nobody would ever see it.
  const recorded = ask.detach || app.record === 'full';
  const authorizing = services.tracer.start('postern.authorize', 'internal', span.context);
  const plan = await services.authority.authorizeExec({
    by,
    app,
    machine,
    argv: ask.argv,
    source: call.source,
    facts: {
      stdin,
      tty: call.tty !== null,
      timeoutSeconds: timeoutMs / 1000,
      outputBytes: bounds.outputBytes,
      envNames: Object.keys(ask.env),
      ...(ask.user === undefined ? {} : { user: ask.user }),
      ...(ask.cwd === undefined ? {} : { cwd: ask.cwd }),
    },
    detached: ask.detach,
    tty: call.tty !== null,
    recorded,
    idempotencyKey: call.idempotencyKey,
    // Asked after the caveats have cleared and before the decision is written: a stranger learns nothing of machines.
    beforeWriting: (tokenId) => expected.admit(machine, tokenId),
  });
  authorizing.end();
  const transcript = recorded
    ? await openTranscript(services.transcripts, plan.execId).catch(() => undefined)
    : undefined;
  const command = services.gateway.run(
    plan,
    {
      stdin,
      tty: call.tty,
      timeoutMs,
      cwd: ask.cwd,
      user: ask.user,
      env: ask.env,
      outputLimitBytes: bounds.outputBytes,
      isForgotten: app.record === 'off',
      traceparent: span.context.sampled ? formatTraceparent(span.context) : undefined,
    },
    machine,
    transcript === undefined ? sink : keepOutput(transcript, sink),
    expected,
  );
  if (transcript !== undefined) void command.outcome.then(() => transcript.close());
  if (ask.stdin !== undefined) {
    void command.writeStdin(ask.stdin).then(() => command.closeStdin());
  }
  return { plan, command, ask: { ...ask, timeoutMs } };
}

/** Output goes to the transcript first: what a caller has seen is there to be seen again. */
function keepOutput(transcript: Transcript, sink: OutputSink): OutputSink {
  return {
    async output(channel, bytes) {
      await transcript.write(channel, bytes);
      await sink.output(channel, bytes);
    },
  };
}

/**
 * Outcomes that are no outcome of the command are errors.
 *
 * @param output what the command wrote before, for the details.
 */
export function outcomeError(
  outcome: ExecOutcome,
  timeoutMs: number,
  output: Record<string, unknown>,
): PosternError | undefined {
  const details = { ...output, reason: outcome.reason };
  switch (outcome.reason) {
    case 'exited':
    case 'signaled':
    case 'cancelled':
    case 'caller-gone':
    case 'start-failed':
      return undefined;
    case 'timed-out':
      return new PosternError('exec_timed_out', `the command was ended after ${timeoutMs / 1000} s`, {
        hint: 'give a longer timeout',
        details,
      });
    case 'revoked':
      return new PosternError(
        'token_revoked',
        'the token was revoked while the command ran; the command was ended',
        { details },
      );
    case 'machine-removed':
      return new PosternError('machine_not_found', 'the machine was removed while the command ran', {
        details,
      });
    case 'agent-shutdown':
      return new PosternError(
        'connection_lost',
        'the agent of the machine was stopped; the command was ended',
        { details },
      );
    case 'connection-lost':
      return new PosternError(
        'connection_lost',
        outcome.message ?? 'the connection to the machine was lost',
        { details },
      );
    case 'refused-by-agent':
      return new PosternError('not_allowed', `the machine refused: ${outcome.message ?? 'no reason given'}`, {
        details,
      });
  }
}
