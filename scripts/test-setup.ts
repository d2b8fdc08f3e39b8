/**
 * Installs what the tests need beyond npm packages: programs they run for real. Only what is missing is installed,
 * from the distribution's own packages.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DRIVER_TEST_PROGRAMS } from '../packages/exec/test/engines/debian-packages.ts';

/** Program the tests run (or a path it must have), the Debian package it comes in. */
const PROGRAMS: ReadonlyArray<readonly [program: string, debian: string]> = [
  // Completions are loaded into the real shells.
  ['zsh', 'zsh'],
  ['fish', 'fish'],
  // A real server for the Postgres store.
  ['/usr/lib/postgresql', 'postgresql'],
  // What says whether the units are right.
  ['systemd-analyze', 'systemd'],
  // What examples of the command line are piped into, or stand beside.
  ['jq', 'jq'],
  ['curl', 'curl'],
  // Certificates for servers of the tests.
  ['openssl', 'openssl'],
  // Pseudo-terminals for questions, colour and width.
  ['script', 'bsdutils'],
  // The browser that opens the dashboard.
  ['chromium', 'chromium'],
  // A container engine and an SSH server for the drivers.
  ...DRIVER_TEST_PROGRAMS,
];

function isInstalled(program: string): boolean {
  if (program.startsWith('/')) return existsSync(program);
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

function run(command: string, ...args: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed`);
}

const missing = PROGRAMS.filter(([program]) => !isInstalled(program));
if (missing.length > 0) {
  const names = missing.map(([, debian]) => debian);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !isInstalled('apt-get')) {
    console.error(`the tests need these programs; install them: ${missing.map(([name]) => name).join(', ')}`);
    process.exit(69);
  }
  console.log(`test set-up: installing ${names.join(', ')}`);
  run('apt-get', 'update', '-qq');
  run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...names);
}
