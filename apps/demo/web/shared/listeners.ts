/** A set of listeners for `useSyncExternalStore`, called after each change. */
export class Listeners {
  readonly #all = new Set<() => void>();

  /** Adds a listener. Returns a function that removes it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#all.add(listener);
    return () => void this.#all.delete(listener);
  };

  /** Calls all listeners. */
  notify(): void {
    for (const listener of this.#all) listener();
  }
}
