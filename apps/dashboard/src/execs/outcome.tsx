/** How an exec ended, or that it has not, in words. */
import type { ExecOutcome, ExecResource } from '@postern/contract';
import { Badge } from '../components/badge.tsx';
import { visibleText } from '../components/text.tsx';

/** What an exec's record and an exec's outcome have in common. */
export interface Ending {
  /** Of the record it may be a word of a newer server. */
  readonly reason: string | null;
  readonly exitCode: number | null;
  readonly exitSignal: number | null;
}

export function endingOf(exec: ExecResource): Ending {
  return { reason: exec.reason, exitCode: exec.exit_code, exitSignal: exec.exit_signal };
}

const REASONS: Readonly<Record<string, string>> = {
  'timed-out': 'Ended: it ran longer than its timeout',
  cancelled: 'Ended by a person',
  'caller-gone': 'Ended: its caller was gone',
  revoked: 'Ended: its token was revoked',
  'machine-removed': 'Ended: its machine was removed',
  'agent-shutdown': 'Ended: the agent of the machine was stopped',
  'connection-lost': 'The connection to the machine was lost',
  'start-failed': 'It could not be started',
  'refused-by-agent': 'The machine refused it',
} satisfies Partial<Record<ExecOutcome['reason'], string>>;

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};

/** `Exited with code 0`, `Ended by SIGTERM`, `Ended: it ran longer than its timeout`. */
export function endingText({ reason, exitCode, exitSignal }: Ending): string {
  if (reason !== null && reason !== 'exited' && reason !== 'signaled') {
    return REASONS[reason] ?? visibleText(reason);
  }
  if (exitSignal !== null && exitSignal > 0)
    return `Ended by ${SIGNALS[exitSignal] ?? `signal ${exitSignal}`}`;
  return exitCode === null ? 'Ended' : `Exited with code ${exitCode}`;
}

/** Whether it did what it was to do. */
export function endedWell({ reason, exitCode }: Ending): boolean {
  return reason === 'exited' && exitCode === 0;
}

/** The same as one word or two. */
export function ExecState({ exec }: { readonly exec: ExecResource }) {
  if (exec.state === 'running') return <Badge kind="busy">Running</Badge>;
  if (exec.state === 'unknown') return <Badge kind="warn">Unknown</Badge>;
  const ending = endingOf(exec);
  if (ending.reason === 'exited') {
    return <Badge kind={endedWell(ending) ? 'good' : 'bad'}>Exit code {ending.exitCode ?? '?'}</Badge>;
  }
  return (
    <Badge kind="warn">
      {ending.reason === 'signaled' ? endingText(ending) : visibleText(ending.reason ?? 'ended')}
    </Badge>
  );
}
