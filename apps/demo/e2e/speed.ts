/**
 * `pnpm --filter @nnbp/demo run speed` measures the built playground on a slow device: the time until each view is
 * ready, and the frame rate during training in the Train view. Reports medians over several runs. Each run starts with
 * an empty browser cache.
 *
 *     --runs 3                     runs of each measurement
 *     --views learn,derive         only these views
 *     --trainings circles,digits   data sets to measure training on; `none` measures no training
 *     --network fast-4g            simulated network: fast-4g or slow-4g
 *     --cpu 4                      factor by which the page's main thread is slowed down
 *     --built before,after         directories of builds to compare in interleaved runs; default: a new build
 *     --profile DIRECTORY          directory for a CPU profile of each measurement
 *
 * A view is ready when its first picture is drawn and the result of a first action is on the screen. The constant
 * `views` defines the picture and the action. `serve` throttles the network, because throttling in the browser would
 * not affect the scripts of workers. Latency and bandwidth are those of "Fast 4G" in Chrome DevTools and of "Slow 4G"
 * in Lighthouse.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { findBrowser, missingBrowser } from '../../../scripts/browser.js';
import { withData } from '../web/shared/training-settings.js';
import { defaultState, type PlaygroundState, type ViewName } from '../web/state.js';
import { contentSecurityPolicy } from '../web/policy.js';
import { writeLink } from '../web/link.js';

export interface Network {
  /** Delay of each response, in milliseconds. */
  readonly latency: number;
  /** Bandwidth of all responses together, in bytes per second. */
  readonly bandwidth: number;
}

const networks: Readonly<Record<string, Network>> = {
  'fast-4g': { latency: 60 * 2.75, bandwidth: (9e6 / 8) * 0.9 },
  'slow-4g': { latency: 150 * 3.75, bandwidth: ((1.6 * 1024 * 1000) / 8) * 0.9 },
};

interface FirstAction {
  /** Selector of the first picture. */
  readonly picture: string;
  /** Selector of the element that is clicked. */
  readonly press: string;
  /** Selector of the element that contains `text` after the action. */
  readonly result: string;
  readonly text: string;
  /** Selector of an input, and the text that is typed into it before the click. */
  readonly type?: readonly [input: string, text: string];
}

const views: Readonly<Record<ViewName, FirstAction>> = {
  learn: {
    picture: '[data-chapter] svg',
    // Not the input of the prerendered HTML, which is inert until React replaces it.
    type: ['[data-chapter] input[type="text"]:not([inert] *)', '1'],
    press: '[data-chapter] form button[type="submit"]:enabled',
    result: '[data-chapter] [role="status"]',
    text: 'Not quite',
  },
  derive: {
    picture: '.react-flow__edge',
    press: 'button[aria-label^="dloss/dw_2to4 = "]',
    result: 'section[aria-label="Derivation"]',
    text: 'w_2to4',
  },
  train: {
    picture: 'section[aria-label="Network"] canvas',
    press: 'section[aria-label="Training"] button:nth-of-type(2):enabled',
    result: '[data-stat="steps"]',
    text: '1',
  },
  fit: {
    picture: 'svg[aria-label^="8 points"] :is(polyline, polygon)',
    press: 'svg[aria-label^="8 points"] circle:nth-of-type(2)',
    result: 'svg[aria-label^="8 points"] circle[r="7"]',
    text: '2: ',
  },
  build: {
    picture: '.react-flow__edge',
    press: '[role="group"][aria-label="Edit"] button:has(.lucide-plus)',
    result: '.react-flow__nodes > :nth-child(8)',
    text: '',
  },
  extend: {
    picture: '.cm-content',
    press: 'section[aria-label="Functions"] ul:last-of-type li:nth-child(2) button',
    result: '.cm-content',
    text: 'ignores the product rule',
  },
};

/**
 * Runs in the page. Waits for the picture, performs the action, and waits until its result is painted. (Playwright's
 * selectors would increase the measured time by 10 %.) Returns the time on the page's clock, in milliseconds. Throws if
 * this time exceeds `limit`.
 */
function timeUntilReady([{ picture, type, press, result, text }, limit]: [FirstAction, number]): Promise<number> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const find = async <E extends Element>(selector: string, text = ''): Promise<E> => {
    for (;;) {
      const element = document.querySelector<E>(selector);
      if (element?.textContent.includes(text) === true) return element;
      if (performance.now() > limit)
        throw new Error(`The view was not ready after ${limit / 1000} s: no ${selector} with "${text}".`);
      await frame();
    }
  };
  const run = async () => {
    await find(picture);
    if (type !== undefined) {
      const input = await find<HTMLInputElement>(type[0]);
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, type[1]);
      input.dispatchEvent(new Event('input', { bubbles: true }));
      await frame();
    }
    (await find(press)).dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    await find(result, text);
    await frame();
    return new Promise<number>((resolve) => {
      setTimeout(() => resolve(performance.now()));
    });
  };
  return run();
}

/** Duration of the measured training, in seconds. */
const trainingTime = 12;
/** Time limit for a view to become ready, in milliseconds. */
const readyLimit = 60_000;
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

export interface Site {
  readonly address: string;
  /** Compressed size of the scripts that were sent since the last call, in bytes. */
  takeScriptBytes(): number;
  close(): void;
}

/** Serves the build in a directory, compressed, with the latency and bandwidth of a network. */
export async function serve(directory: string, { latency, bandwidth }: Network): Promise<Site> {
  const files = new Map<string, { readonly body: Buffer; readonly headers: Record<string, string> }>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const type = types[extname(path)] ?? 'application/octet-stream';
    const isText = /text|json|svg|wasm/.test(type);
    const bytes = await readFile(path);
    files.set(`/${relative(directory, path).split(sep).join('/')}`, {
      body: isText ? gzipSync(bytes) : bytes,
      headers: {
        'Content-Type': type,
        'Content-Security-Policy': contentSecurityPolicy,
        'Cache-Control': 'max-age=600',
        ...(isText && { 'Content-Encoding': 'gzip' }),
      },
    });
  }
  let scriptBytes = 0;
  /** The time at which the connection becomes free. */
  let freeAt = 0;
  const send = async (path: string, response: ServerResponse) => {
    const file = files.get(path === '/' ? '/index.html' : path);
    await sleep(latency);
    if (file === undefined) return void response.writeHead(404).end();
    if (path.endsWith('.js')) scriptBytes += file.body.length;
    response.writeHead(200, { ...file.headers, 'Content-Length': String(file.body.length) });
    const chunkSize = 4096;
    for (let at = 0; at < file.body.length; at += chunkSize) {
      const chunk = file.body.subarray(at, at + chunkSize);
      freeAt = Math.max(freeAt, performance.now()) + (1000 * chunk.length) / bandwidth;
      await sleep(freeAt - performance.now());
      response.write(chunk);
    }
    response.end();
  };
  const server = createServer(({ url = '/' }, response) => void send(url.split('?')[0], response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The playground is not served on a port.');
  return {
    address: `http://127.0.0.1:${address.port}/`,
    takeScriptBytes() {
      const bytes = scriptBytes;
      scriptBytes = 0;
      return bytes;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Times that the page records about itself, in milliseconds. Recording starts before the first script. */
interface PageTimings {
  firstPaint: number;
  largestPaint: number;
  longestTask: number;
}

/** Opens the page in a new context with part of the state changed, calls `use`, and closes the page. */
async function withPage<Result>(
  browser: Browser,
  site: Site,
  change: Partial<PlaygroundState>,
  { cpu, profile }: Options,
  use: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  // esbuild, which compiles this script, names functions with a helper that the page does not have.
  await page.addInitScript('globalThis.__name = (value) => value');
  await page.addInitScript(() => {
    const timings: PageTimings = { firstPaint: 0, largestPaint: 0, longestTask: 0 };
    Object.assign(globalThis, { timings });
    new PerformanceObserver((list) => {
      timings.firstPaint = list.getEntriesByName('first-contentful-paint')[0]?.startTime ?? timings.firstPaint;
    }).observe({ type: 'paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntries()) timings.largestPaint = startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) timings.longestTask = Math.max(timings.longestTask, duration);
    }).observe({ type: 'longtask', buffered: true });
  });
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: cpu });
  if (profile !== undefined) {
    await session.send('Profiler.enable');
    await session.send('Profiler.setSamplingInterval', { interval: 500 });
    await session.send('Profiler.start');
  }
  site.takeScriptBytes();
  await page.goto(`${site.address}#${fragmentFor(change)}`, { waitUntil: 'commit' });
  try {
    return await use(page);
  } finally {
    if (profile !== undefined) {
      const { profile: recorded } = await session.send('Profiler.stop');
      await writeFile(`${profile}.cpuprofile`, JSON.stringify(recorded));
    }
    await context.close();
  }
}

/**
 * Returns the URL fragment of a state. A view in its default state has a short fragment, like the links that people
 * share.
 */
const fragmentFor = ({ view, ...others }: Partial<PlaygroundState>): string =>
  Object.keys(others).length === 0 ? view! : `${view}/${writeLink({ ...defaultState, ...others, view: view! })}`;

export type Figures = Readonly<Record<string, number>>;

interface Options {
  readonly cpu: number;
  /** Path of the CPU profile to write, without its extension. */
  readonly profile?: string | undefined;
  /** Duration of the training, in seconds. */
  readonly seconds?: number;
}

export const openView = (browser: Browser, site: Site, view: ViewName, options: Options): Promise<Figures> =>
  withPage(browser, site, { view }, options, async (page) => {
    const milliseconds = await page.evaluate(timeUntilReady, [views[view], readyLimit] satisfies [FirstAction, number]);
    const timings = await page.evaluate(() => (globalThis as unknown as { timings: PageTimings }).timings);
    return {
      'ready, s': milliseconds / 1000,
      'first paint, s': timings.firstPaint / 1000,
      'largest paint, s': timings.largestPaint / 1000,
      'longest task, ms': timings.longestTask,
      'scripts, kB': site.takeScriptBytes() / 1000,
    };
  });

export const watchTraining = (
  browser: Browser,
  site: Site,
  data: PlaygroundState['train']['data'],
  { seconds = trainingTime, ...options }: Options,
): Promise<Figures> =>
  withPage(browser, site, { view: 'train', train: withData(defaultState.train, data) }, options, async (page) => {
    const steps = page.locator('[data-stat="steps"]').filter({ hasText: /^0$/ });
    await steps.waitFor();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    const frames = await page.evaluate(async (seconds) => {
      const times = [performance.now()];
      while (times.at(-1)! - times[0] < 1000 * seconds) {
        times.push(await new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now()))));
      }
      return times;
    }, seconds);
    const perSecond = frames
      .filter((start) => start + 1000 <= frames.at(-1)!)
      .map((start) => frames.filter((time) => time > start && time <= start + 1000).length);
    const gaps = frames.slice(1).map((time, k) => time - frames[k]);
    return {
      'frames in the slowest second': Math.min(...perSecond),
      'frames per second': (frames.length - 1) / seconds,
      'longest frame, ms': Math.max(...gaps),
    };
  });

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Interleaves runs of all builds. Returns one line per build, with the median and range of each figure. */
export async function report(
  name: string,
  sites: ReadonlyMap<string, Site>,
  runs: number,
  measure: (site: Site, run: number) => Promise<Figures>,
): Promise<string[]> {
  const measured = new Map<string, Figures[]>();
  for (let run = 0; run < runs; run++) {
    for (const [build, site] of sites) measured.set(build, [...(measured.get(build) ?? []), await measure(site, run)]);
  }
  return Array.from(measured, ([build, figures]) => {
    const texts = Object.keys(figures[0]).map((key) => {
      const values = figures.map((figure) => figure[key]);
      const [middle, min, max] = [median(values), Math.min(...values), Math.max(...values)].map((value) =>
        value.toFixed(value < 20 ? 2 : 0),
      );
      return `${key}: ${middle} (${min} to ${max})`;
    });
    return `${name}${sites.size > 1 ? ` [${build}]` : ''}  ${texts.join('; ')}`;
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '3' },
      views: { type: 'string', default: Object.keys(views).join() },
      trainings: { type: 'string', default: 'circles,digits' },
      network: { type: 'string', default: 'fast-4g' },
      cpu: { type: 'string', default: '4' },
      built: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const network = networks[values.network];
  if (network === undefined)
    throw new Error(`--network: expected ${Object.keys(networks).join(' or ')}, received "${values.network}".`);
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(missingBrowser);
  let builtDirectory: string | undefined;
  if (values.built === undefined) {
    builtDirectory = await mkdtemp(join(tmpdir(), 'nnbp-speed-'));
    const configFile = join(import.meta.dirname, '../vite.config.ts');
    await build({ configFile, logLevel: 'error', build: { outDir: builtDirectory, emptyOutDir: true } });
  }
  if (values.profile !== undefined) await mkdir(values.profile, { recursive: true });
  const sites = new Map<string, Site>();
  for (const directory of builtDirectory === undefined ? values.built!.split(',') : [builtDirectory]) {
    sites.set(directory, await serve(directory, network));
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const cpu = Number(values.cpu);
  const names = (list: string) => list.split(',').filter((name) => name !== '' && name !== 'none');
  const options = (name: string, run: number): Options => ({
    cpu,
    profile: values.profile && join(values.profile, `${name}-${run}`),
  });
  try {
    console.log(`CPU ÷ ${cpu}, ${values.network}, ${browser.version()}, ${new Date().toISOString().slice(0, 10)}`);
    for (const view of names(values.views) as ViewName[]) {
      const open = (site: Site, run: number) => openView(browser, site, view, options(view, run));
      console.log((await report(view, sites, Number(values.runs), open)).join('\n'));
    }
    for (const data of names(values.trainings) as PlaygroundState['train']['data'][]) {
      const watch = (site: Site, run: number) => watchTraining(browser, site, data, options(data, run));
      console.log((await report(`training, ${data}`, sites, Number(values.runs), watch)).join('\n'));
    }
  } finally {
    await browser.close();
    for (const site of sites.values()) site.close();
    if (builtDirectory !== undefined) await rm(builtDirectory, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
