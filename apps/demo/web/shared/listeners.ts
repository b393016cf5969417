/** A list of listeners for `useSyncExternalStore`, which are called after each change. */
export class Listeners {
  readonly #all = new Set<() => void>();

  /** Adds a function. Returns the function that removes it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#all.add(listener);
    return () => void this.#all.delete(listener);
  };

  /** Calls all of them. */
  notify(): void {
    for (const listener of this.#all) listener();
  }
}
