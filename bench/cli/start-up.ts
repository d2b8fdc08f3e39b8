/**
 * How long `postern` takes to start, beside `node -e 0` in the same run: rounds are interleaved, so that both see
 * the same machine. Prints medians and ratios. Goal: 1.6 at most.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { makeExecToken } from '../../apps/cli/test/tokens.ts';

const BIN = resolve(import.meta.dirname, '../../apps/cli/bin/postern.js');
const ROUNDS = Number(process.argv[2] ?? 60);
const WARM_UP_ROUNDS = 5;

const home = mkdtempSync(join(tmpdir(), 'postern-bench-'));
const token = makeExecToken([true, 'uname', '-a'], [false, 'git', 'log']);
const env = { PATH: process.env['PATH'], HOME: home, POSTERN_TOKEN: token };

const cases = {
  'node -e 0': ['-e', '0'],
  'postern --help': [BIN, '--help'],
  'postern tokens debug': [BIN, 'tokens', 'debug'],
  'postern tokens attenuate': [BIN, 'tokens', 'attenuate', '--command', 'uname -a'],
} as const;

const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]));
for (let round = 0; round < ROUNDS + WARM_UP_ROUNDS; round += 1) {
  for (const [name, args] of Object.entries(cases)) {
    const begun = performance.now();
    const { status } = spawnSync(process.execPath, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const took = performance.now() - begun;
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
    if (round >= WARM_UP_ROUNDS) times.get(name)?.push(took);
  }
}
rmSync(home, { recursive: true });

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const base = median(times.get('node -e 0') ?? []);
console.log(`Node ${process.version}, ${ROUNDS} interleaved rounds`);
for (const [name, values] of times) {
  const middle = median(values);
  console.log(`${name.padEnd(26)} ${middle.toFixed(1).padStart(6)} ms  ${(middle / base).toFixed(2)}x`);
}
