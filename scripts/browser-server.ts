/** Global setup for Vitest: starts one browser, which all test files of a project connect to. */
import { type BrowserServer, chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { findBrowser, missingBrowser } from './browser.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The WebSocket URL to pass to `chromium.connect`. */
    browserEndpoint: string;
  }
}

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const executablePath = findBrowser();
  if (executablePath === undefined)
    throw new Error(`${missingBrowser}\nOr run "pnpm browser", which installs a browser if it can.`);
  const server: BrowserServer = await chromium.launchServer({
    executablePath,
    // On machines without a GPU, pages are drawn faster if WebGL is not emulated in software.
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu', '--disable-software-rasterizer'],
  });
  project.provide('browserEndpoint', server.wsEndpoint());
  return () => server.close();
}
