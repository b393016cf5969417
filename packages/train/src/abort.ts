/** Waits for a promise until a signal is aborted. */

/**
 * The result of the work; rejects with the signal's reason as soon as it is aborted. Leaves no listener on the signal
 * afterwards, so that one signal may serve a million waits.
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
