/** `fetch` for our own modules. Saved before the worker that runs user code removes the global `fetch`. */
export const ownFetch = globalThis.fetch.bind(globalThis);
