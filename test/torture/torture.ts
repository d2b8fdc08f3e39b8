/**
 * Kills the server with SIGKILL at random points under a load of mints, revokes and execs, and checks after each
 * restart what it had acknowledged.
 *
 *     npm run torture -- [--rounds 200] [--seed 1] [--postgres]
 *
 * The checker knows every acknowledged answer; see check.ts for what it looks at after each round.
 */
import { parseArgs } from 'node:util';
import { startPostgres } from '../../packages/store/test-suite/postgres-server.ts';
import { install, processesWith, until } from '../e2e/installation.ts';
import { createChecker } from './check.ts';
import { createLoad } from './load.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string' }, seed: { type: 'string' }, postgres: { type: 'boolean' } },
});
const rounds = Number(values.rounds ?? '200');
let state = Number(values.seed ?? Date.now() % 1_000_000) >>> 0;
const seed = state;
/** Requests under way at a time. */
const WORKERS = 6;

function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 4_294_967_296;
}

const database = values.postgres === true ? await startPostgres() : undefined;
const postern = await install(database === undefined ? [] : ['--database-url', await database.database()]);
const mark = `7${String(seed).padStart(6, '0')}`;
const load = createLoad(postern, random, mark);
const check = createChecker(postern, load);

console.log(`torture: ${rounds} rounds, seed ${seed}, ${database === undefined ? 'SQLite' : 'Postgres'}`);
const started = performance.now();
let round = 1;
for (; round <= rounds; round += 1) {
  let dead = false;
  const workers = Promise.all(Array.from({ length: WORKERS }, () => load.run(() => dead)));
  await new Promise((resolve) => setTimeout(resolve, 20 + random() * 480));
  await postern.kill9();
  dead = true;
  await workers;
  await until(async () => (await processesWith(`sleep ${mark}`)).length === 0).catch(() =>
    load.losses.push('a command outlived the server'),
  );
  await postern.start();
  await check();
  if (load.losses.length > 0) break;
  if (round % 20 === 0) console.log(`round ${round}: ${load.summary()}; nothing lost`);
}
await postern.remove();
database?.stop();
for (const loss of load.losses) console.error(`LOST: ${loss}`);
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(
  `${Math.min(round, rounds)} rounds, ${load.summary()}: ${load.losses.length} losses in ${seconds} s`,
);
process.exit(load.losses.length === 0 ? 0 : 1);
