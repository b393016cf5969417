/** Registers the service worker, and reports when a newer version of the page has been installed. */
import { isEmbedded } from './embed.js';
import { Listeners } from './shared/listeners.js';

let isOutdated = false;
const listeners = new Listeners();

/** Whether a newer version is ready, for `useSyncExternalStore`. */
export const newVersion = {
  subscribe: listeners.subscribe,
  isReady: (): boolean => isOutdated,
};

/**
 * Milliseconds to wait before the service worker is registered and fills its cache, so that everything the first view
 * needs is loaded first.
 */
const delay = 4000;

/**
 * Registers the service worker. Called when the first view is shown. Does nothing in development or in an embedded
 * page.
 */
export function startOffline(): void {
  if (!import.meta.env.PROD || isEmbedded || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  let controlled = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    isOutdated = controlled;
    controlled = true;
    listeners.notify();
  });
  setTimeout(() => void register(), delay);
}

async function register(): Promise<void> {
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void checkForUpdate();
  });
  try {
    await navigator.serviceWorker.register('./offline-worker.js');
  } catch {
    // The browser forbids service workers, for example in a private window. The page then works only online.
  }
}

/** Checks for a newer version. */
async function checkForUpdate(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.update();
  } catch {
    // Offline: the next check will do.
  }
}
