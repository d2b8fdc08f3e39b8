/** How much must come before the first page is there: at most 200 kB of compressed JavaScript. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDashboard, type Dashboard } from './browser.ts';

const MOST_BYTES = 200_000;

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await openDashboard();
});
afterEach(() => dashboard.closeVisits());
afterAll(() => dashboard.remove());

const visits = [
  ['before signing in', '/', false, 'Sign in'],
  ['the list of tokens', '/', true, 'All tokens'],
  ['the form that creates a token', '/apps/demo/tokens/new', true, 'Create a token of demo'],
  ['inspect', '/inspect', true, 'Inspect a token'],
] as const;

test.each(visits)('%s', async (_, path, signedIn, heading) => {
  const { page } = await dashboard.visit(path, { signedIn });
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  const loaded = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry instanceof PerformanceResourceTiming)
      .map(({ name, encodedBodySize, decodedBodySize, nextHopProtocol }) => ({
        name,
        encodedBodySize,
        decodedBodySize,
        nextHopProtocol,
      })),
  );
  const scripts = loaded.filter(({ name }) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(0);
  const bytes = scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  // Compressed on the way, and nothing but our own.
  for (const { name, encodedBodySize, decodedBodySize } of scripts) {
    expect(name.startsWith(`${dashboard.url}/assets/`)).toBe(true);
    expect(encodedBodySize).toBeLessThan(decodedBodySize);
  }
});

test('files are kept by the browser, the page itself is not', async () => {
  const { page } = await dashboard.visit('/inspect');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  const transferred = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry) => entry instanceof PerformanceResourceTiming && entry.name.endsWith('.js'))
      .map((entry) => (entry as PerformanceResourceTiming).transferSize),
  );
  expect(transferred.length).toBeGreaterThan(0);
  expect(transferred.every((bytes) => bytes === 0)).toBe(true);
});
