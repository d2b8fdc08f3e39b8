/**
 * Coverage-guided fuzzing of every decoder of the token package and of the contract, over V8's own block coverage.
 *
 *     npm run fuzz -- --seconds 60 [--target token] [--seed 1]
 *
 * Inputs that reach a new block are kept in `vectors/fuzz/<target>.json`, the seed corpus, when the run ends. A
 * finding (anything thrown but a TokenError or a PosternError, a broken law, a slow input, a large allocation) is printed in hex, kept
 * in `vectors/fuzz/findings/`, and the exit code is 1.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutate, randomFrom } from './fuzz/mutate.ts';
import type { Target } from './fuzz/law.ts';
import { isExpected, seedsOf, TARGETS } from './fuzz/targets.ts';

/** Inputs between two looks at the coverage. */
const BATCH = 256;
/** Milliseconds one input may take. */
const SLOW_MS = 250;
/** Bytes the heap may grow by in one batch. */
const LARGE_BYTES = 512 * 1024 * 1024;

const { values } = parseArgs({
  options: { seconds: { type: 'string' }, target: { type: 'string' }, seed: { type: 'string' } },
});
const seconds = Number(values.seconds ?? '30');
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const names = values.target === undefined ? Object.keys(TARGETS) : [values.target];
const folder = join(import.meta.dirname, '../vectors/fuzz');

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

const seen = new Set<string>();

const FUZZED = /packages\/(?:token|contract)\/src/;

/** Blocks of these packages that ran since the last look and never before. */
async function newBlocks(): Promise<number> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const before = seen.size;
  for (const { url, functions } of result) {
    if (!FUZZED.test(url)) continue;
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) {
        if (count > 0)
          seen.add(`${url}:${startOffset}:${endOffset}:${Math.min(3, Math.floor(Math.log2(count)))}`);
      }
    }
  }
  return seen.size - before;
}

function readCorpus(name: string): Uint8Array[] {
  const file = join(folder, `${name}.json`);
  if (!existsSync(file)) return [];
  const hexes = JSON.parse(readFileSync(file, 'utf8')) as string[];
  return hexes.map((hex) => Buffer.from(hex, 'hex'));
}

/** Runs one input; what was wrong with it, or undefined. */
function tryInput(target: Target, input: Uint8Array): string | undefined {
  // On a busy machine any input may be slow once; only what is slow every time is a finding.
  let quickest = Infinity;
  for (let attempt = 0; attempt < 3 && quickest > SLOW_MS; attempt += 1) {
    const started = performance.now();
    try {
      target(input);
    } catch (error) {
      if (!isExpected(error)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    quickest = Math.min(quickest, performance.now() - started);
  }
  return quickest > SLOW_MS ? `took ${quickest.toFixed(0)} ms` : undefined;
}

let findings = 0;
function report(name: string, input: Uint8Array, what: string): void {
  findings += 1;
  const hex = Buffer.from(input).toString('hex');
  console.error(`finding in ${name}: ${what}\n  input: ${hex}`);
  mkdirSync(join(folder, 'findings'), { recursive: true });
  writeFileSync(
    join(folder, 'findings', `${name}-${Date.now()}-${findings}.json`),
    `${JSON.stringify({ target: name, hex, what })}\n`,
  );
}

async function fuzz(name: string, target: Target, milliseconds: number): Promise<void> {
  const random = randomFrom(seed);
  const corpus = [...readCorpus(name), ...seedsOf(name)];
  for (const input of corpus) {
    const wrong = tryInput(target, input);
    if (wrong !== undefined) report(name, input, wrong);
  }
  await newBlocks();
  const until = performance.now() + milliseconds;
  let runs = 0;
  while (performance.now() < until) {
    const heap = process.memoryUsage().heapUsed;
    const batch = Array.from({ length: BATCH }, () => {
      const parent = corpus[Math.floor(random() ** 2 * corpus.length)] ?? new Uint8Array(0);
      return mutate(parent, corpus, random);
    });
    for (const input of batch) {
      const wrong = tryInput(target, input);
      if (wrong !== undefined) report(name, input, wrong);
    }
    runs += batch.length;
    if (process.memoryUsage().heapUsed - heap > LARGE_BYTES)
      report(name, batch[0] ?? new Uint8Array(0), 'a batch that allocates much');
    if ((await newBlocks()) === 0) continue;
    // Something in the batch is new. Alone, an input that shows it again is worth keeping.
    const known = new Set(seen);
    for (const input of batch) {
      seen.clear();
      tryInput(target, input);
      await newBlocks();
      const fresh = [...seen].some((block) => !everKept.has(block));
      if (fresh) {
        corpus.unshift(input);
        for (const block of seen) everKept.add(block);
      }
    }
    seen.clear();
    for (const block of known) seen.add(block);
  }
  const seeds = new Set(seedsOf(name).map((seed) => Buffer.from(seed).toString('hex')));
  const hexes = [...new Set(corpus.map((input) => Buffer.from(input).toString('hex')))].filter(
    (hex) => hex.length <= 4096 && !seeds.has(hex),
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(hexes.slice(0, 400), null, 1)}\n`);
  console.log(`${name}: ${runs} inputs, ${seen.size} blocks, corpus of ${hexes.length}, seed ${seed}`);
}

const everKept = new Set<string>();
for (const name of names) {
  const target = TARGETS[name];
  if (target === undefined)
    throw new Error(`no target ${name}; there are ${Object.keys(TARGETS).join(', ')}`);
  await fuzz(name, target, (seconds * 1000) / names.length);
}
console.log(findings === 0 ? 'no findings' : `${findings} findings`);
process.exit(findings === 0 ? 0 : 1);
