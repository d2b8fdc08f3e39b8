/** Signal names and numbers. Only those a caller may reasonably send are known. */
import { constants } from 'node:os';

const KNOWN = [
  'SIGABRT',
  'SIGALRM',
  'SIGCONT',
  'SIGFPE',
  'SIGHUP',
  'SIGILL',
  'SIGINT',
  'SIGKILL',
  'SIGPIPE',
  'SIGQUIT',
  'SIGSEGV',
  'SIGSTOP',
  'SIGTERM',
  'SIGTSTP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
] as const;

export type SignalName = (typeof KNOWN)[number];

/** Accepts `TERM`, `SIGTERM` and `15`; undefined for what is no signal here. */
export function parseSignal(text: string): SignalName | undefined {
  const upper = text.toUpperCase();
  return KNOWN.find(
    (name) => name === upper || name === `SIG${upper}` || String(constants.signals[name]) === text,
  );
}

export function signalNumber(name: string): number | null {
  const found = Object.entries(constants.signals).find(([known]) => known === name);
  return found === undefined ? null : found[1];
}
