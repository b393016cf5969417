/**
 * The service worker: after one visit the page works offline. It handles only files of the build, never requests
 * another host, and caches nothing else. When online, the page itself is always loaded from the server.
 */
import type { OfflineFiles } from './offline-files.js';

// This program is checked with the types of a page, which has no service workers.
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

/** The build writes them here. */
const { entry, now, later } = JSON.parse('__FILES__') as OfflineFiles;

const { scope } = worker.registration;
const addressOf = (file: string): string => new URL(file, scope).href;
const open = () => caches.open(`nnbp-playground ${scope}`);
/** Where the addresses of the current version's files are kept. */
const listed = addressOf('offline-files');
const nowAddresses = new Set(now.map(addressOf));
const laterAddresses = new Set(later.map(addressOf));

/** Fetches the files of this version that are not cached yet, and then the page. */
async function install(): Promise<void> {
  const cache = await open();
  const cached = new Set((await cache.keys()).map(({ url }) => url));
  // Names have a hash of their content in them, except in `public`.
  const missing = [...nowAddresses].filter((address) => !cached.has(address) || !address.includes('/assets/'));
  await cache.addAll(missing.map((address) => new Request(address, { cache: 'reload' })));
  const page = await fetch(scope, { cache: 'reload' });
  if (!page.ok || !(await page.clone().text()).includes(entry)) throw new Error('The page belongs to another version.');
  await cache.put(scope, page);
  await worker.skipWaiting();
}

/** Removes files of versions before the last: an open page may still load parts of the previous one. */
async function activate(): Promise<void> {
  const cache = await open();
  const current = [...nowAddresses, ...laterAddresses];
  const last = ((await (await cache.match(listed))?.json()) ?? []) as string[];
  const needed = new Set([scope, listed, ...current, ...last]);
  for (const request of await cache.keys()) if (!needed.has(request.url)) await cache.delete(request);
  await cache.put(listed, new Response(JSON.stringify(current)));
  await worker.clients.claim();
}

/** The page from the server; when offline, the cached one. */
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

/** Whether an address is a file of this or another version. The digits are only read in part, and not cached. */
const isBuilt = (address: string): boolean =>
  (address.startsWith(addressOf('assets/')) && !address.endsWith('.json')) || nowAddresses.has(address);
