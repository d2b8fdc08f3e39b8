/**
 * Kills the server with SIGKILL at random points under a load of mints, revokes and execs, and checks after each
 * restart what it had acknowledged.
 *
 *     npm run torture -- --rounds 200 [--seed 1]
 *
 * The checker knows every acknowledged answer. After each round: no acknowledged mint is missing, no acknowledged
 * revoke is forgotten, no token that was not revoked is refused, the audit chain holds without a gap, every mint,
 * revoke and exec that was acknowledged has its audit entry, and no command of before runs on.
 */
import { parseArgs } from 'node:util';
import { install, processesWith, until } from '../e2e/installation.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
const rounds = Number(values.rounds ?? '200');
let state = Number(values.seed ?? Date.now() % 1_000_000) >>> 0;
const seed = state;

function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 4_294_967_296;
}

interface Known {
  readonly id: string;
  readonly token: string;
  /** `maybe`: the server was killed before it answered. */
  revoked: 'no' | 'yes' | 'maybe';
}

const known: Known[] = [];
/** Execs whose answer has come. */
const executed: string[] = [];
const losses: string[] = [];
const counts = { mints: 0, revokes: 0, execs: 0 };
const MARK = `7${String(seed).padStart(6, '0')}`;

const postern = await install();
let session = postern.session();

async function call(method: string, path: string, authorization: string, body?: unknown) {
  const response = await fetch(postern.url + path, {
    method,
    headers: { authorization: `Bearer ${authorization}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const execPath = (): string => `/v1/apps/demo/machines/${postern.machine}/exec`;

async function mint(): Promise<void> {
  const { status, body } = await call('POST', '/v1/apps/demo/tokens', session, {
    commands: [
      { args: ['true'], exact: true },
      { args: ['sleep', MARK], exact: true },
    ],
  });
  if (status !== 201) throw new Error(`mint answered ${status}`);
  known.push({ id: (body['record'] as { id: string }).id, token: String(body['token']), revoked: 'no' });
  counts.mints += 1;
}

async function revoke(): Promise<void> {
  const target = known[Math.floor(random() * known.length)];
  if (target === undefined || target.revoked === 'yes') return;
  target.revoked = 'maybe';
  const { status } = await call('POST', `/v1/tokens/${target.id}/revoke`, session, {});
  if (status !== 200) throw new Error(`revoke answered ${status}`);
  target.revoked = 'yes';
  counts.revokes += 1;
}

async function exec(): Promise<void> {
  const target = known[Math.floor(random() * known.length)];
  if (target === undefined) return;
  const before = target.revoked;
  const long = random() < 0.2;
  const { status, body } = await call(
    'POST',
    execPath(),
    target.token,
    long ? { command: ['sleep', MARK], timeout: 600 } : { command: ['true'] },
  );
  if (before === 'yes' && status === 200) losses.push(`revoked token ${target.id} ran a command`);
  if (before === 'no' && target.revoked === 'no' && status !== 200)
    losses.push(`live token ${target.id} was refused: ${status} ${String(body['error'])}`);
  if (status === 200) {
    executed.push(String(body['exec_id']));
    counts.execs += 1;
  }
}

/** Sends requests until the server is gone. */
async function load(dead: () => boolean): Promise<void> {
  while (!dead()) {
    const dice = random();
    try {
      await (dice < 0.4 ? mint() : dice < 0.6 ? revoke() : exec());
    } catch (error) {
      // The server was killed under the request: nothing was acknowledged.
      if (!dead() && !(error instanceof TypeError)) losses.push(String(error));
      if (error instanceof TypeError) return;
    }
  }
}

async function check(): Promise<void> {
  for (const record of known.slice(-60)) {
    const { status, body } = await call('GET', `/v1/tokens/${record.id}`, session);
    if (status !== 200) losses.push(`minted token ${record.id} is missing`);
    else if (record.revoked === 'yes' && body['status'] !== 'revoked')
      losses.push(`revoked token ${record.id} is ${String(body['status'])}`);
    else if (record.revoked === 'no' && body['status'] !== 'live')
      losses.push(`live token ${record.id} is ${String(body['status'])}`);
    if (record.revoked === 'maybe') record.revoked = body['status'] === 'revoked' ? 'yes' : 'no';
  }
  for (let i = 0; i < 3; i += 1) {
    const record = known[Math.floor(random() * known.length)];
    if (record === undefined || record.revoked === 'maybe') continue;
    const { status } = await call('POST', execPath(), record.token, { command: ['true'] });
    if (record.revoked === 'yes' && status !== 401)
      losses.push(`revoked token ${record.id} answered ${status}`);
    if (record.revoked === 'no' && status !== 200) losses.push(`live token ${record.id} answered ${status}`);
  }
  const { body } = await call('POST', '/v1/audit/verify', session);
  if (body['ok'] !== true) losses.push(`the audit chain is broken: ${JSON.stringify(body['first_broken'])}`);
  const last = executed.at(-1);
  if (last !== undefined) {
    const { body: page } = await call('GET', `/v1/orgs/personal/audit?exec=${last}`, session);
    if ((page['entries'] as unknown[]).length === 0) losses.push(`exec ${last} ran without an audit entry`);
  }
  const running = await call('GET', '/v1/apps/demo/execs?state=running', session);
  if ((running.body['execs'] as unknown[]).length > 0) losses.push('a record of before is still running');
}

console.log(`torture: ${rounds} rounds, seed ${seed}`);
const started = performance.now();
for (let round = 1; round <= rounds; round += 1) {
  let dead = false;
  const workers = Promise.all(Array.from({ length: 6 }, () => load(() => dead)));
  await new Promise((resolve) => setTimeout(resolve, 20 + random() * 180));
  const killed = postern.kill9();
  await killed;
  dead = true;
  await workers;
  await until(async () => (await processesWith(`sleep ${MARK}`)).length === 0).catch(() =>
    losses.push('a command outlived the server'),
  );
  await postern.start();
  session = postern.session();
  await check();
  if (losses.length > 0) break;
  if (round % 20 === 0) {
    const { mints, revokes, execs } = counts;
    console.log(
      `round ${round}: ${mints} mints, ${revokes} revokes, ${execs} execs acknowledged; nothing lost`,
    );
  }
}
await postern.remove();
for (const loss of losses) console.error(`LOST: ${loss}`);
console.log(`${losses.length} losses in ${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exit(losses.length === 0 ? 0 : 1);
