/**
 * `pnpm --filter @nnbp/demo run link-preview` saves a screenshot of the playground as `public/link-preview.png`, the
 * picture that other sites show when they preview a link to the playground.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { findBrowser, missingBrowser } from '../../../scripts/browser.js';
import { pictureSize } from '../link-preview-plugin.js';
import { chapters } from '../web/learn/chapters/index.js';
import { writeLink } from '../web/link.js';
import { defaultState } from '../web/state.js';

async function main(): Promise<void> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(missingBrowser);
  const options = { configFile: join(import.meta.dirname, '../vite.config.ts'), logLevel: 'error' } as const;
  const outDir = await mkdtemp(join(tmpdir(), 'nnbp-preview-'));
  await build({ ...options, build: { outDir, emptyOutDir: true } });
  const server = await preview({ ...options, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: pictureSize, colorScheme: 'light', serviceWorkers: 'block' });
    await page.goto(`${server.resolvedUrls!.local[0]}embed.html#${writeLink(state)}`);
    await page.getByRole('heading', { level: 2 }).waitFor();
    await page.evaluate(() => document.fonts.ready);
    await page.addStyleTag({ content: styles });
    await page.screenshot({ path: join(import.meta.dirname, '../public/link-preview.png') });
  } finally {
    await browser.close();
    await server.close();
    await rm(outDir, { recursive: true, force: true });
  }
}

const chapter = 'successors';
const { tasks } = chapters.find(({ name }) => name === chapter)!.exercise(0);
const tries = tasks.slice(0, -1).map(({ solution }) => [solution]);
/**
 * The state shown in the screenshot: chapter 3 at its last question. The graph shows the
 * messages that node 2 receives on its edges, and the question asks for their sum.
 */
const state = {
  ...defaultState,
  view: 'learn',
  theme: 'light',
  display: { ...defaultState.display, size: 'large', locked: true },
  learn: { chapter, work: { [chapter]: { seed: 0, task: tasks.length - 1, tries, draft: '' } } },
} as const;

/** Shows only the question and the graph, as large as possible. */
const styles = `
  .embedded, main > div > div:first-child { display: none !important }
  main > div { --graph-height: 425px !important }
`;

await main();
