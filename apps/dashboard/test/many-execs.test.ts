/** Ten thousand execs, and as many audit entries: pages hold fifty of them, and a long chain is verified when asked. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openSqliteStore } from '../../../packages/store/src/sqlite/index.ts';
import type { Write } from '../../../packages/store/src/write.ts';
import { openDashboard, type Dashboard } from './browser.ts';

const EXECS = 10_000;
const WRITES_AT_ONCE = 1000;

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
  await dashboard.installation.stop();
  const store = openSqliteStore(dashboard.installation.dataDir);
  try {
    const app = await store.findApp('demo');
    if (app === undefined) throw new Error('there is no app');
    const from = Date.now() - EXECS * 1000;
    const writes = Array.from({ length: EXECS }, (_, index) =>
      writesOf(app, index, from + index * 1000),
    ).flat();
    for (let at = 0; at < writes.length; at += WRITES_AT_ONCE) {
      await store.commit(writes.slice(at, at + WRITES_AT_ONCE));
    }
  } finally {
    await store.close();
  }
  await dashboard.installation.start();
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

function writesOf(
  app: { readonly id: number; readonly organizationId: number },
  index: number,
  at: number,
): Write[] {
  const id = `exec_${String(index).padStart(16, 'a')}`;
  const shared = { organizationId: app.organizationId, appId: app.id, tokenId: null, source: '127.0.0.1' };
  const { machine: machineId } = dashboard.installation;
  const command = ['job', `number-${index}.`];
  return [
    {
      kind: 'exec.insert',
      exec: {
        ...shared,
        id,
        machineId,
        userId: null,
        command,
        detached: false,
        tty: false,
        startedAt: at,
        endedAt: null,
        reason: null,
        exitCode: null,
        exitSignal: null,
        stdoutBytes: 0,
        stderrBytes: 0,
        truncated: false,
        recorded: false,
      },
      idempotencyKey: null,
    },
    {
      kind: 'exec.close',
      organizationId: app.organizationId,
      execId: id,
      endedAt: at + 10,
      reason: 'exited',
      exitCode: index % 100 === 0 ? 1 : 0,
      exitSignal: null,
      stdoutBytes: 0,
      stderrBytes: 0,
      truncated: false,
    },
    {
      kind: 'audit.append',
      entry: {
        ...shared,
        at,
        machineId,
        execId: id,
        command,
        action: 'exec.run',
        outcome: 'allowed',
        actor: 'system',
        reason: null,
        details: {},
      },
    },
  ];
}

test('execs are turned a page at a time, and found by how they ended', async () => {
  const { page } = await dashboard.visit('/apps/demo/execs');
  const row = (index: number) => page.getByRole('row').filter({ hasText: `number-${index}.` });
  await row(EXECS - 1).waitFor();
  expect(await page.getByRole('row').count()).toBe(51);
  await page.getByRole('button', { name: 'Older' }).click();
  await row(EXECS - 51).waitFor();
  await page.goto(`${dashboard.url}/apps/demo/execs?from=9950`);
  await row(0).waitFor();
  expect(await page.getByRole('button', { name: 'Older' }).count()).toBe(1);
  await page.getByRole('combobox', { name: 'Show' }).selectOption('failed');
  await row(9900).waitFor();
  expect(await page.getByRole('row').count()).toBe(51);
  await page.getByRole('button', { name: 'Older' }).click();
  await row(100).waitFor();
});

test('the audit log begins anywhere in time, and its chain is verified when somebody asks', async () => {
  const { page } = await dashboard.visit('/orgs/personal/audit');
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/verify')) asked.push(request.url());
  });
  const row = (index: number) => page.getByRole('row').filter({ hasText: `number-${index}.` });
  await row(EXECS - 1).waitFor();
  expect(await page.getByRole('row').count()).toBe(51);
  await page.getByText('Chain not verified yet').waitFor();
  expect(asked).toEqual([]);
  await page.getByRole('button', { name: 'Verify the chain' }).click();
  await page.getByText('Chain verified').waitFor();
  await page.getByText(/10,0\d\d entries of this server/).waitFor();

  const { entries } = await dashboard.api<{ entries: ReadonlyArray<{ at: string }> }>(
    'GET',
    '/v1/orgs/personal/audit?search=number-5000.',
  );
  await page.goto(`${dashboard.url}/orgs/personal/audit?until=${entries[0]?.at ?? ''}`);
  await row(4999).waitFor();
  expect(await row(5000).count()).toBe(0);
  expect(await page.getByRole('row').count()).toBe(51);
});
