/** A few weeks in the life of a small shop, for pictures of it. */
import { until } from '../../../test/e2e/installation.ts';
import type { Dashboard } from './browser.ts';
import { addPastTokens, DAY_MS, type PastUse } from './past.ts';

export interface Story {
  /** Id of a token that was used for weeks. */
  readonly used: string;
  /** Id of a token whose execs are there. */
  readonly ran: string;
  /** The text of a token. */
  readonly token: string;
  /** Id of the exec that was last. */
  readonly exec: string;
}

interface Minted {
  readonly token: string;
  readonly record: { readonly id: string };
}

const exact = (...args: string[]) => ({ args, exact: true });
const prefix = (...args: string[]) => ({ args, exact: false });

export async function tellStory(dashboard: Dashboard): Promise<Story> {
  const now = Date.now();
  await addPastTokens(dashboard, [
    { name: 'deploy of last spring', createdAt: now - 200 * DAY_MS, expiresAt: null, uses: [once(now, 71)] },
    { name: 'nightly backup', createdAt: now - 29 * DAY_MS, expiresAt: now + 61 * DAY_MS, uses: weeks(now) },
    {
      name: 'release train',
      createdAt: now - 40 * DAY_MS,
      expiresAt: now - 3 * DAY_MS,
      uses: [once(now, 4)],
    },
  ]);
  await dashboard.api('PATCH', '/v1/apps/demo', { name: 'shop', record: 'full' });
  const mint = (body: object): Promise<Minted> => dashboard.api('POST', '/v1/apps/shop/tokens', body);
  const { machine } = dashboard.installation;
  const laptop = await mint({ name: 'laptop of Sam', profile: 'deploy', expiry: '720h' });
  await dashboard.api('POST', `/v1/tokens/${laptop.record.id}/revoke`, { reason: 'the laptop was lost' });
  const contractor = await mint({
    name: 'contractor',
    commands: [exact('systemctl', 'restart', 'web'), prefix('systemctl', 'status')],
    machines: [machine],
    expiry: '48h',
  });
  const migration = await mint({
    name: 'nightly migration',
    commands: [prefix('echo'), exact('uname', '-s')],
    expiry: '720h',
  });
  await mint({
    name: 'coding agent',
    commands: [
      exact('git', 'status'),
      prefix('git', 'diff'),
      prefix('npm', 'test'),
      exact('npm', 'run', 'lint'),
    ],
    expiry: '8h',
  });
  for (const command of COMMANDS) await run(dashboard, migration.token, machine, command);
  await dashboard.api('POST', '/v1/orgs/personal/members', { email: 'dana@example.com' });
  await dashboard.api('POST', '/v1/keys/rotate');
  const { tokens } = await dashboard.api<{ tokens: { id: string }[] }>(
    'GET',
    '/v1/apps/shop/tokens?search=nightly+backup',
  );
  const { execs } = await dashboard.api<{ execs: { id: string }[] }>('GET', '/v1/apps/shop/execs?limit=1');
  // Uses are written in batches, some seconds after.
  await until(async () => {
    const token = await dashboard.api<{ last_used_at: string | null }>(
      'GET',
      `/v1/tokens/${migration.record.id}`,
    );
    return token.last_used_at !== null;
  });
  return {
    exec: execs[0]?.id ?? '',
    used: tokens[0]?.id ?? '',
    ran: migration.record.id,
    token: contractor.token,
  };
}

const COMMANDS = [
  ['echo', 'migrate', 'orders'],
  ['echo', 'migrate', 'customers'],
  ['uname', '-s'],
  ['echo', 'migrate', 'stock'],
  ['cat', '/etc/shadow'],
  ['echo', 'migrate', 'orders'],
];

async function run(dashboard: Dashboard, token: string, machine: string, command: string[]): Promise<void> {
  const answer = await fetch(`${dashboard.url}/v1/apps/shop/machines/${machine}/exec`, {
    method: 'POST',
    headers: { authorization: token, 'content-type': 'application/json' },
    body: JSON.stringify({ command }),
  });
  await answer.text();
}

const once = (now: number, daysAgo: number): PastUse => ({
  at: now - daysAgo * DAY_MS,
  allowed: 12,
  refused: 0,
});

/** Busy on weekdays, with a refusal now and then. */
function weeks(now: number): PastUse[] {
  return Array.from({ length: 28 }, (_, index) => {
    const at = now - (28 - index) * DAY_MS;
    const weekend = [0, 6].includes(new Date(at).getUTCDay());
    return { at, allowed: weekend ? 1 : 6 + ((index * 5) % 7), refused: index % 9 === 4 ? 3 : 0 };
  });
}
