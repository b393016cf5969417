/**
 * The service worker, which makes the page work offline after one visit. It handles and caches only files of the build
 * and never sends requests to another host. When online, the page itself is always loaded from the server.
 */
import type { OfflineFiles } from './offline-files.js';

// This file is type-checked with the types of a page, which have no service worker events.
interface WaitingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface RequestEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Worker {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
}
const worker = self as unknown as Worker;

/** The build replaces `__FILES__` with an {@link OfflineFiles} object in JSON. */
const { entry, now, later } = JSON.parse('__FILES__') as OfflineFiles;

const { scope } = worker.registration;
const addressOf = (file: string): string => new URL(file, scope).href;
const open = () => caches.open(`nnbp-playground ${scope}`);
/** Cache key of the file list of the last activated version. */
const fileListAddress = addressOf('offline-files');
const nowAddresses = new Set(now.map(addressOf));
const laterAddresses = new Set(later.map(addressOf));

/** Fetches the files in `now` that are not cached yet or may have changed, then the page. */
async function install(): Promise<void> {
  const cache = await open();
  const cached = new Set((await cache.keys()).map(({ url }) => url));
  // File names in `assets` contain a hash of the content. Files from `public` can change without changing their names.
  const toFetch = [...nowAddresses].filter((address) => !cached.has(address) || !address.includes('/assets/'));
  await cache.addAll(toFetch.map((address) => new Request(address, { cache: 'reload' })));
  const page = await fetch(scope, { cache: 'reload' });
  if (!page.ok || !(await page.clone().text()).includes(entry))
    throw new Error('The server has another version of the page. Installation will be retried on the next visit.');
  await cache.put(scope, page);
  await worker.skipWaiting();
}

/**
 * Removes files used only by versions before the previous one. An open page may still load parts of the previous
 * version.
 */
async function activate(): Promise<void> {
  const cache = await open();
  const current = [...nowAddresses, ...laterAddresses];
  const previous = ((await (await cache.match(fileListAddress))?.json()) ?? []) as string[];
  const needed = new Set([scope, fileListAddress, ...current, ...previous]);
  for (const request of await cache.keys()) if (!needed.has(request.url)) await cache.delete(request);
  await cache.put(fileListAddress, new Response(JSON.stringify(current)));
  await worker.clients.claim();
}

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const cached = await (await open()).match(scope, { ignoreVary: true });
    if (cached === undefined) throw error;
    return cached;
  }
}

async function file(request: Request, address: string): Promise<Response> {
  const cache = await open();
  const cached = await cache.match(address, { ignoreVary: true });
  if (cached !== undefined) return cached;
  const response = await fetch(request);
  if (response.ok && laterAddresses.has(address)) await cache.put(address, response.clone());
  return response;
}

addEventListener('install', (event) => (event as WaitingEvent).waitUntil(install()));
addEventListener('activate', (event) => (event as WaitingEvent).waitUntil(activate()));
addEventListener('fetch', (event) => {
  const { request, respondWith } = event as RequestEvent;
  const address = request.url.split(/[?#]/)[0];
  if (request.method !== 'GET' || !address.startsWith(scope)) return;
  if (request.mode === 'navigate') {
    if (address === scope || address === addressOf('index.html')) respondWith.call(event, page(request));
  } else if (isBuilt(address)) respondWith.call(event, file(request, address));
});

/**
 * Whether an address belongs to a built file of this or another version. JSON assets are excluded: they contain
 * the handwritten digits, and the page reads only the beginning of each file.
 */
const isBuilt = (address: string): boolean =>
  (address.startsWith(addressOf('assets/')) && !address.endsWith('.json')) || nowAddresses.has(address);
