/** Tests the script that measures the speed of the page: every view becomes ready, and each figure is a number. */
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { viewNames } from '../web/state.js';
import { type Figures, openView, report, serve, type Site, watchTraining } from './speed.js';

let browser: Browser;
let site: Site;

beforeAll(async () => {
  browser = await chromium.connect(inject('browserEndpoint'));
  site = await serve(inject('built'), { latency: 0, bandwidth: Infinity });
});
afterAll(async () => {
  await browser.close();
  site.close();
});

/** Returns a pattern for the line of a report with these figures, each a median and a range. */
const line = (name: string, figures: readonly string[]): RegExp =>
  new RegExp(`^${name}  ${figures.map((figure) => `${figure}: [\\d.]+ \\([\\d.]+ to [\\d.]+\\)`).join('; ')}$`);

const once = (name: string, measure: (site: Site) => Promise<Figures>) =>
  report(name, new Map([['the build', site]]), 1, measure);

test('every view becomes ready when its speed is measured, and the report has all figures', async () => {
  for (const view of viewNames) {
    const lines = await once(view, (measuredSite) => openView(browser, measuredSite, view, { cpu: 1 }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      line(view, ['ready, s', 'first paint, s', 'largest paint, s', 'longest task, ms', 'scripts, kB']),
    );
    // The measurement really waited for the view, and its scripts were loaded.
    expect(Number(/ready, s: ([\d.]+)/.exec(lines[0])![1])).toBeGreaterThan(0);
    expect(Number(/scripts, kB: ([\d.]+)/.exec(lines[0])![1])).toBeGreaterThan(50);
  }
});

test('frames are counted while the network learns', async () => {
  const lines = await once('training', (measuredSite) =>
    watchTraining(browser, measuredSite, 'circles', { cpu: 1, seconds: 2 }),
  );
  expect(lines).toHaveLength(1);
  const figures = ['frames in the slowest second', 'frames per second', 'longest frame, ms'];
  expect(lines[0]).toMatch(line('training', figures));
  expect(Number(/frames per second: ([\d.]+)/.exec(lines[0])![1])).toBeGreaterThan(0);
});
