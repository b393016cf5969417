/** `fetch` for our own modules. In the worker that runs user code, the global `fetch` is removed later. */
export const ownFetch = globalThis.fetch.bind(globalThis);
