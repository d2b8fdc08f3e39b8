/** One connection to a host, shared by every exec on it: OpenSSH's own multiplexing, with a lifetime we hold. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 10;

export interface SshTarget {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** A configuration file for `ssh`, in the place of the account's own. */
  readonly configFile?: string | undefined;
}

export interface Master {
  /** Words of an `ssh` command on the shared connection; the host and the command follow. */
  words(...options: string[]): string[];
  /** Opens the connection when there is none. Resolves when it is there or cannot be had. */
  ready(): Promise<void>;
  /** What `ssh` said when the connection could not be had. */
  complaint(): string;
  close(): void;
}

export function createMaster({ host, port, user, configFile }: SshTarget): Master {
  const directory = mkdtempSync(join(tmpdir(), 'postern-ssh-'));
  const path = join(directory, 'mux');
  let child: ChildProcess | undefined;
  let said = '';
  let opening: Promise<void> | undefined;
  const words = (...options: string[]): string[] => [
    'ssh',
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...['BatchMode=yes', 'StrictHostKeyChecking=yes', 'EscapeChar=none', 'LogLevel=ERROR'].flatMap((o) => [
      '-o',
      o,
    ]),
    ...['ForwardAgent=no', 'ForwardX11=no', 'ClearAllForwardings=yes', 'PermitLocalCommand=no'].flatMap(
      (o) => ['-o', o],
    ),
    ...['ServerAliveInterval=15', `ControlPath=${path}`].flatMap((o) => ['-o', o]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...options,
    '--',
    host,
  ];
  const open = async (): Promise<void> => {
    said = '';
    const [program = 'ssh', ...args] = words(
      '-o',
      'ControlMaster=yes',
      '-o',
      'ControlPersist=no',
      '-N',
      '-T',
    );
    const started = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
    child = started;
    started.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-1000)));
    started.on('error', (error) => (said = error.message));
    started.on('exit', () => {
      if (child === started) child = undefined;
    });
    const isOpening = (): boolean => child === started && !existsSync(path);
    while (isOpening()) await sleep(LOOK_MS);
    started.unref();
  };
  return {
    words,
    complaint: () => said.trim(),
    async ready() {
      if (child !== undefined && opening === undefined) return;
      opening ??= open().finally(() => (opening = undefined));
      await opening;
    },
    close() {
      child?.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
