/** The machines of an app: added, joined, seen live, renamed, controlled, removed. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd, type DockerEngine } from '../../../packages/exec/test/engines/dockerd.ts';
import { processesWith, until } from '../../../test/e2e/installation.ts';
import { addRemoteMachine } from '../../../test/e2e/remote-machine.ts';
import { expectAccessible } from './accessibility.ts';
import { agentHost, type AgentHost } from './agent.ts';
import { openDashboard, PHONE, type Dashboard } from './browser.ts';

interface Machine {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly driver: string;
  readonly features: readonly string[];
}

/** Looked at with axe in many states. */
const LONG = { timeout: 120_000 };

let dashboard: Dashboard;
let host: AgentHost;

beforeAll(async () => {
  dashboard = await openDashboard();
  host = agentHost();
  await dashboard.api('POST', '/v1/apps', { name: 'quiet', org_slug: 'personal' });
});
afterEach(() => dashboard.closeVisits());
afterAll(async () => {
  await host.remove();
  await dashboard.remove();
});

const machinesOf = (app: string): Promise<Machine[]> => dashboard.api('GET', `/v1/apps/${app}/machines`);
const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
const dialog = (page: Page) => page.getByRole('dialog');

describe('adding one', () => {
  test('an app without machines says what one is, and how to get one', async () => {
    const { page } = await dashboard.visit('/apps/quiet/machines');
    await page.getByRole('heading', { name: 'No machines yet' }).waitFor();
    await page.getByText('Its agent dials out to this server').waitFor();
    await expectAccessible(page);
    await page.goto(`${dashboard.url}/apps/quiet/run`);
    await page.getByRole('heading', { name: 'There is no machine to run it on' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Add a machine' }).click();
    await page.getByRole('heading', { name: 'Add a machine to quiet' }).waitFor();
  });

  test('the join command is shown once, and the page turns green when the agent is there', LONG, async () => {
    const list = await dashboard.visit('/apps/demo/machines');
    await rowOf(list.page, 'local').getByText('Started').waitFor();
    const streams: string[] = [];
    const { page } = await dashboard.visit('/apps/demo/machines/new');
    page.on('request', (request) => {
      if (request.url().endsWith('/events')) streams.push(request.url());
    });
    await page.getByRole('textbox', { name: 'Name' }).fill('web-1');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Add machine' }).click();
    await page.getByText('Waiting for its agent to join').waitFor();
    await rowOf(list.page, 'web-1').getByText('Not joined yet').waitFor();
    await expectAccessible(page);

    const line = (await page.getByRole('region', { name: 'the join command' }).textContent()) ?? '';
    expect(line).toMatch(/^postern-agent join --server http:\S+ --token join_/);
    const secret = /join_\S+/.exec(line)?.[0] ?? '';
    expect(page.url()).not.toContain(secret);
    expect(JSON.stringify(await page.context().storageState({ indexedDB: true }))).not.toContain(secret);
    expect(await host.type(line)).toMatchObject({ code: 0 });
    await page.getByText('Its agent has joined').waitFor();
    await page.getByText(secret).waitFor({ state: 'detached' });
    // A join token works once.
    expect((await host.type(line)).code).not.toBe(0);

    host.start(
      (await page.getByRole('region', { name: 'the command that runs the agent' }).textContent()) ?? '',
    );
    await page.getByText('web-1 is here').waitFor();
    await rowOf(list.page, 'web-1').getByText('Started').waitFor();
    await expectAccessible(page);
    // Everything above came over one stream.
    expect(streams.length).toBeLessThanOrEqual(1);

    await page.getByRole('link', { name: 'Run a command on it' }).click();
    const chosen = page.getByRole('combobox', { name: 'Machine' });
    const [added] = (await machinesOf('demo')).filter(({ name }) => name === 'web-1');
    await chosen.waitFor();
    expect(await chosen.inputValue()).toBe(added?.id);
    await page.getByRole('textbox', { name: 'Command' }).fill('echo from the new one');
    await page.keyboard.press('Enter');
    await page.getByText('Exited with code 0').waitFor();

    await page.goto(`${dashboard.url}/apps/demo/machines/${added?.id ?? ''}`);
    await page.getByRole('heading', { name: 'web-1' }).waitFor();
    await host.stop();
    await rowOf(list.page, 'web-1').getByText('Unreachable').waitFor();
    await page.getByText('Its agent is not connected').waitFor();
    expect(await page.getByRole('link', { name: 'Run a command', exact: true }).count()).toBe(1);
    await expectAccessible(page);
    await expectAccessible(list.page);
  });

  test('what the server would refuse as a name is refused, shown as it is', async () => {
    const before = (await machinesOf('quiet')).length;
    const { page } = await dashboard.visit('/apps/quiet/machines/new');
    const name = page.getByRole('textbox', { name: 'Name' });
    for (const wrong of ['<img src=x>', 'web\u202e1', 'two words', '-', 'x'.repeat(64)]) {
      await name.fill(wrong);
      await page.getByRole('button', { name: 'Add machine' }).click();
      await page.getByText('a machine name has 1 to 63 letters').waitFor();
      expect(await name.getAttribute('aria-invalid')).toBe('true');
    }
    await expectAccessible(page);
    expect((await machinesOf('quiet')).length).toBe(before);
  });

  test('a container or SSH host beside a machine needs no join command', async () => {
    const { page } = await dashboard.visit('/apps/demo/machines/new');
    await page.getByText('A container').click();
    await page.getByRole('button', { name: 'Add machine' }).click();
    // The browser asks for what is required.
    expect(
      await page.getByRole('textbox', { name: 'Container' }).evaluate((input) => input.matches(':invalid')),
    ).toBe(true);
    await page.getByText('A host over SSH').click();
    await page.getByRole('textbox', { name: 'Host' }).fill('db1.invalid');
    await page.getByRole('textbox', { name: 'User' }).fill('deploy');
    await page
      .getByRole('combobox', { name: 'Reached by the agent of' })
      .selectOption(dashboard.installation.machine);
    await expectAccessible(page);
    await page.getByRole('textbox', { name: 'Name' }).fill('db-1');
    await page.getByRole('button', { name: 'Add machine' }).click();
    await page.getByText('db-1 is here').waitFor();
    expect(await page.getByRole('region', { name: 'the join command' }).count()).toBe(0);
    expect((await machinesOf('demo')).find(({ name }) => name === 'db-1')).toMatchObject({ driver: 'ssh' });
  });
});

describe('one machine', () => {
  test('is renamed, and removed after saying what ends with it', LONG, async () => {
    const far = await addRemoteMachine(dashboard.installation, 'old-name');
    try {
      await far.runAgent();
      const { page } = await dashboard.visit(`/apps/demo/machines/${far.id}`);
      await page.getByText('Nothing runs on it now.').waitFor();
      const list = await dashboard.visit('/apps/demo/machines');
      await rowOf(list.page, 'old-name').waitFor();
      await page.getByRole('button', { name: 'Rename' }).click();
      await expectAccessible(page);
      await dialog(page).getByRole('textbox', { name: 'Name' }).fill('<b>');
      await dialog(page).getByText('a machine name has').waitFor();
      expect(await dialog(page).getByRole('button', { name: 'Rename' }).isDisabled()).toBe(true);
      await dialog(page).getByRole('textbox', { name: 'Name' }).fill('new-name');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'new-name' }).waitFor();
      await rowOf(list.page, 'new-name').waitFor();

      const running = far.exec(['sh', '-c', 'echo "<i>\u202ehi</i>"; sleep 7441']);
      await page.getByRole('table', { name: 'Running now on this machine' }).waitFor();
      await rowOf(list.page, 'new-name').getByRole('cell', { name: '1', exact: true }).waitFor();
      await page
        .getByText(String.raw`'echo "<i>\u{202e}hi</i>"; sleep 7441'`)
        .first()
        .waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Remove' }).click();
      await dialog(page).getByText('This command is ended').waitFor();
      await dialog(page).getByText('sleep 7441').waitFor();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await dialog(page).waitFor({ state: 'detached' });
      expect(await processesWith('sleep 7441')).not.toEqual([]);

      await page.getByRole('button', { name: 'Remove' }).click();
      await dialog(page).getByRole('button', { name: 'Remove it' }).click();
      await page.getByRole('heading', { name: 'Machines of demo' }).waitFor();
      await rowOf(list.page, 'new-name').waitFor({ state: 'detached' });
      await until(async () => (await processesWith('sleep 7441')).length === 0);
      expect((await running).body).toMatchObject({ code: 'machine_not_found' });

      await page.goBack();
      await page.getByRole('alert').filter({ hasText: 'machine not found' }).waitFor();
      await expectAccessible(page);
    } finally {
      await far.remove();
    }
  });

  test('of another organization does not exist: neither its page nor the one that runs commands', async () => {
    await dashboard.api('POST', '/v1/orgs', { slug: 'others' });
    const { login_url: link } = await dashboard.api<{ login_url: string }>(
      'POST',
      '/v1/orgs/others/members',
      {
        email: 'stranger@example.com',
      },
    );
    const { page } = await dashboard.visit(link.slice(dashboard.url.length), { signedIn: false });
    await page.getByRole('heading', { name: 'All tokens' }).waitFor();
    for (const path of ['machines', `machines/${dashboard.installation.machine}`, 'run']) {
      await page.goto(`${dashboard.url}/apps/demo/${path}`);
      await page.getByRole('alert').filter({ hasText: 'there is no app "demo" for you' }).waitFor();
      expect(await page.getByRole('button', { name: /^(?:Run|Remove|Rename)/ }).count()).toBe(0);
      await expectAccessible(page);
    }
  });
});

describe('a container', () => {
  let engine: DockerEngine;
  beforeAll(async () => {
    engine = await startDockerd();
  });
  afterAll(() => engine.stop());

  test('is stopped, started and restarted from its page, and a host is not', async () => {
    const beside = dashboard.installation.machine;
    const driver = { kind: 'docker', container: engine.container, socket: engine.socket };
    const { machine } = await dashboard.api<{ machine: Machine }>('POST', '/v1/apps/demo/machines', {
      name: 'box',
      driver,
      beside,
    });
    const { page } = await dashboard.visit(`/apps/demo/machines/${machine.id}`, { viewport: PHONE });
    await page.getByRole('button', { name: 'Stop' }).click();
    await dialog(page).getByText('Until somebody starts it again').waitFor();
    await expectAccessible(page);
    await dialog(page).getByRole('button', { name: 'Stop it' }).click();
    await page.getByText('It is stopped').waitFor();
    expect(await page.getByRole('button', { name: /^(?:Stop|Restart)/ }).count()).toBe(0);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('It is stopped').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Restart' }).click();
    await dialog(page).getByRole('button', { name: 'Restart it' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Run a command' }).first().waitFor();

    await page.goto(`${dashboard.url}/apps/demo/machines/${beside}`);
    await page.getByRole('heading', { name: 'local' }).waitFor();
    expect(await page.getByRole('button', { name: /^(?:Start|Stop|Restart)/ }).count()).toBe(0);
  });
});
