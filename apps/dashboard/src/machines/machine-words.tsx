/** What a machine is, in words. */
import type { MachineResource } from '@postern/contract';
import { Badge, type BadgeKind } from '../components/badge.tsx';
import { Time } from '../components/time.tsx';

type State = MachineResource['state'];

const STATES: Readonly<Record<State, readonly [kind: BadgeKind, word: string]>> = {
  started: ['good', 'Started'],
  stopped: ['plain', 'Stopped'],
  created: ['busy', 'Not joined yet'],
  unreachable: ['bad', 'Unreachable'],
};

export function MachineState({ state }: { readonly state: State }) {
  const [kind, word] = STATES[state];
  return <Badge kind={kind}>{word}</Badge>;
}

const DRIVERS: Readonly<Record<string, string>> = {
  process: 'a host with an agent of its own',
  docker: 'a container',
  ssh: 'a host reached over SSH',
};

/** `a container`; a driver that is not known here stands for itself. */
export function driverText(driver: string): string {
  return DRIVERS[driver] ?? driver;
}

const FEATURES: Readonly<Record<string, string>> = {
  stdin: 'take input',
  tty: 'give a terminal',
  signal: 'send signals to commands',
  cwd: 'run in another directory',
  user: 'run as another user',
  env: 'set variables',
  start: 'start',
  stop: 'stop',
  restart: 'restart',
  'signal-machine': 'send the machine signals',
  ps: 'list processes',
};

/** What can be done there, as its agent has said. */
export function featuresText(features: readonly string[]): string {
  return features.length === 0
    ? 'known once its agent is connected'
    : features.map((name) => FEATURES[name] ?? name).join(', ');
}

/** When its agent was last heard of. */
export function LastSeen({ machine }: { readonly machine: MachineResource }) {
  const isThere = machine.state === 'started' || machine.state === 'stopped';
  return isThere ? <>now</> : <Time at={machine.last_seen_at} />;
}

/** Whether a command can be run there now. */
export function canRun({ state }: MachineResource): boolean {
  return state === 'started';
}

export const machinePath = (app: string, machine: string): string =>
  `/apps/${encodeURIComponent(app)}/machines/${encodeURIComponent(machine)}`;

export const runPath = (app: string, machine?: string): string =>
  `/apps/${encodeURIComponent(app)}/run${machine === undefined ? '' : `?machine=${encodeURIComponent(machine)}`}`;
