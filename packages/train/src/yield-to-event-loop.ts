/** A turn for everybody else: timers, messages, pictures, requests. */

/** Node's, which waits for no clock. */
declare const setImmediate: ((callback: () => void) => unknown) | undefined;

/** Comes back after the event loop has gone round. */
export function yieldToEventLoop(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => void setImmediate(resolve));
  // Timers nested five deep wait 4 ms in browsers; messages do not.
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Gives others a turn wherever `every` milliseconds have gone by since the last; undefined where they have not. */
export function turns(every: number): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < every) return undefined;
    return yieldToEventLoop().then(() => void (last = performance.now()));
  };
}
