/**
 * Takes from a worker what a function of numbers does not need: the network, other workers, storage, other windows, timers
 * that would go on after an answer, and messages, with which it could answer in place of this program. A worker has no page
 * to begin with, and the page's policy holds here too; this is a second lock on the same door.
 */

const taken = [
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

/** From the global object and from every prototype it has them from. */
export function lockDown(): void {
  for (const name of taken) {
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
