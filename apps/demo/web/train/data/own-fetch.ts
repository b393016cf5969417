/** What the library's own modules fetch data with, kept from before a worker for a user's code is locked. */
export const ownFetch = globalThis.fetch.bind(globalThis);
