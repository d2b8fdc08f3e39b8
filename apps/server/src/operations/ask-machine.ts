/** Something asked of a machine itself, already allowed and written down: its agent does it, as far as its driver can. */
import {
  CONTROL_LIMITS,
  parseGoDuration,
  PosternError,
  type MachineAct,
  type MachineProcess,
} from '@postern/contract';
import { parseSignal } from '@postern/exec';
import type { MachineRecord } from '@postern/store';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Services } from '../services.ts';

interface Ask {
  readonly act: MachineAct;
  readonly signal?: string | undefined;
  /** A Go duration or seconds. Nothing, and zero as flyctl sends it for nothing, is the default. */
  readonly timeout?: string | undefined;
}

/**
 * @throws PosternError `bad_request`, `feature_unsupported`, `machine_not_started`, `machine_unreachable`, `not_allowed`
 *   for what the machine's policy forbids, `wait_timed_out`, `start_failed`.
 */
export async function askMachine(
  machine: MachineRecord,
  { act, signal, timeout }: Ask,
  { gateway }: Services,
): Promise<MachineProcess[]> {
  const asked = { act, signal: readSignal(signal), timeoutSeconds: readSeconds(timeout) };
  const gone = new AbortController();
  const answer = await Promise.race([
    gateway.ask(machine, asked).catch(() => undefined),
    sleep((asked.timeoutSeconds + CONTROL_LIMITS.answerSeconds) * 1000, 'late' as const, {
      signal: gone.signal,
      ref: false,
    }).catch(() => undefined),
  ]);
  gone.abort();
  if (answer === 'late')
    throw new PosternError(
      'wait_timed_out',
      `machine ${machine.id} has not answered; whether it did it is not known`,
      { hint: 'see its state with `postern machines list` before you ask again' },
    );
  if (answer === undefined)
    throw new PosternError('connection_lost', `the connection to machine ${machine.id} was lost meanwhile`, {
      hint: 'see its state with `postern machines list` before you ask again',
    });
  if (answer.ok) return answer.processes;
  switch (answer.why) {
    case 'unsupported':
      throw new PosternError(
        'feature_unsupported',
        `machine ${machine.id} cannot do that: ${answer.message}`,
        {
          hint: 'the process and ssh drivers run commands; what a host itself does is up to its operator',
        },
      );
    case 'refused':
      throw new PosternError('policy_refused', `machine ${machine.id} refused: ${answer.message}`, {
        hint: 'its policy is a file on the machine; who runs it decides',
      });
    case 'failed':
      throw new PosternError('start_failed', `machine ${machine.id}: ${answer.message}`);
  }
}

function readSignal(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  const signal = parseSignal(text);
  if (signal === undefined)
    throw new PosternError('bad_request', `there is no signal ${JSON.stringify(text)} here`, {
      hint: 'SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGKILL, SIGUSR1 and SIGUSR2 are',
    });
  return signal;
}

function readSeconds(text: string | undefined): number {
  if (text === undefined) return CONTROL_LIMITS.stopSeconds;
  const seconds = Math.ceil((/^\d+$/.test(text) ? Number(text) * 1000 : parseGoDuration(text)) / 1000);
  if (seconds < 0 || seconds > CONTROL_LIMITS.stopMaxSeconds)
    throw new PosternError(
      'bad_request',
      `a machine can be given 0 to ${CONTROL_LIMITS.stopMaxSeconds} s to stop`,
    );
  return text === '0s' ? CONTROL_LIMITS.stopSeconds : seconds;
}
