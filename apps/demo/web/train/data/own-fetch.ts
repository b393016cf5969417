/** `fetch` for our own modules, saved before the worker is locked down. */
export const ownFetch = globalThis.fetch.bind(globalThis);
