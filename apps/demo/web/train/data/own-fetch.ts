/** `fetch` for our own modules. The worker for user code removes the global `fetch` after this module has loaded. */
export const ownFetch = globalThis.fetch.bind(globalThis);
