/** Waits for a promise until a signal is aborted. */

/**
 * Settles like `work`, but rejects with the signal's reason as soon as the signal is aborted. Removes its listener from
 * the signal afterwards, so that one signal can be used for many waits.
 */
export function untilAborted<T>(work: T | Promise<T>, signal: AbortSignal | undefined): T | Promise<T> {
  if (signal === undefined || !(work instanceof Promise)) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
