/**
 * Removes from a worker everything that a numeric function does not need: network access, other workers, storage, other
 * windows, timers (which could run after a response), and messages (with which user code could forge a response). This
 * is a second line of defence, since the content security policy of the page also applies to the worker.
 */

const removedNames = [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'WebSocketStream',
  'WebTransport',
  'EventSource',
  'RTCPeerConnection',
  'importScripts',
  'Worker',
  'SharedWorker',
  'BroadcastChannel',
  'indexedDB',
  'caches',
  'navigator',
  'Notification',
  'FileReaderSync',
  'webkitRequestFileSystem',
  'webkitRequestFileSystemSync',
  'webkitResolveLocalFileSystemURL',
  'webkitResolveLocalFileSystemSyncURL',
  'createImageBitmap',
  'FontFace',
  'fonts',
  'cookieStore',
  'scheduler',
  'postMessage',
  'addEventListener',
  'removeEventListener',
  'dispatchEvent',
  'onmessage',
  'onmessageerror',
  'onerror',
  'onunhandledrejection',
  'MessageChannel',
  'MessagePort',
  'setTimeout',
  'setInterval',
  'requestAnimationFrame',
  'Atomics',
];

/** Removes `removedNames` from the global object and its prototypes. */
export function lockDown(): void {
  for (const name of removedNames) {
    for (
      let object: object | null = globalThis;
      object !== null;
      object = Object.getPrototypeOf(object) as object | null
    ) {
      if (Object.hasOwn(object, name)) Reflect.deleteProperty(object, name);
    }
    Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false });
  }
}
