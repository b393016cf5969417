/** A global setup of Vitest: starts one browser, to which all test files of a project connect. */
import { type BrowserServer, chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { findBrowser, missingBrowser } from './browser.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where `chromium.connect` reaches the browser. */
    browserEndpoint: string;
  }
}

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(`${missingBrowser}\n"pnpm browser" tries all of them.`);
  const server: BrowserServer = await chromium.launchServer({
    executablePath,
    // Without a GPU, drawing takes less time if WebGL is not emulated in software.
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu', '--disable-software-rasterizer'],
  });
  project.provide('browserEndpoint', server.wsEndpoint());
  return () => server.close();
}
