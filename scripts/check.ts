/**
 * `npm run check`: format, lint, types, unused code, generated docs, tests. Fast parts first; every part also
 * runs alone. Ends with the first failing part's exit code.
 */
import { spawnSync } from 'node:child_process';

const steps: ReadonlyArray<readonly [name: string, command: string, ...args: string[]]> = [
  ['format', 'oxfmt', '--check', '.'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings'],
  ['types', 'npm', 'run', '--silent', 'types'],
  ['unused', 'knip'],
  ['tests', 'npm', 'test', '--silent'],
];

for (const [name, command, ...args] of steps) {
  console.log(`check: ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`check: ${name} failed (${[command, ...args].join(' ')})`);
    process.exit(status ?? 1);
  }
}
console.log('check: all green');
