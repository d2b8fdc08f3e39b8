/** What every page must hold in every state a test brings it to: readable in both themes, on a desktop and a phone. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { DESKTOP, PHONE } from './browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Checks the page as it stands: light and dark, desktop and phone. axe finds nothing, and nothing has to be scrolled
 * sideways. The page is left as it was found.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const before = page.viewportSize() ?? DESKTOP;
  const wrongs: string[] = [];
  for (const viewport of [DESKTOP, PHONE]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const where = `${colorScheme}, ${viewport.width} pixels wide`;
      wrongs.push(...(await violations(page)).map((text) => `${where}: ${text}`));
    }
    wrongs.push(...(await tooWide(page)).map((text) => `${viewport.width} pixels wide: ${text}`));
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
  expect(wrongs).toEqual([]);
}

async function violations(page: Page): Promise<string[]> {
  // Over the debugger, as the policy of the page lets no script in.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const found = await page.evaluate(async (tags) => {
    const { axe: checker } = globalThis as unknown as { axe: typeof axe };
    const { violations: broken } = await checker.run(document, {
      runOnly: { type: 'tag', values: tags },
      resultTypes: ['violations'],
    });
    return broken.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${failureSummary ?? ''} ${html}`),
    );
  }, TAGS);
  return found.map((text) => text.replaceAll(/\s+/g, ' ').slice(0, 600));
}

/** Elements that stick out of the page, the outermost ones, and tables that do not fit; other things may scroll. */
async function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const frames = [...document.querySelectorAll('.table-frame')].filter(
      (frame) => frame.scrollWidth > frame.clientWidth,
    );
    const hidden = frames.map((frame) => `a table hides ${frame.scrollWidth - frame.clientWidth} pixels`);
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return hidden;
    const out = [...document.querySelectorAll('body *')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1,
    );
    const names = out.slice(0, 4).map(({ tagName, className }) => `${tagName.toLowerCase()}.${className}`);
    return [...hidden, `${scrollWidth - clientWidth} pixels stick out: ${names.join(', ')}`];
  });
}
