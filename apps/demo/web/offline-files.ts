/** The files of the build that the service worker caches, and a hash of the page. */
export interface OfflineFiles {
  /** The main script of this version. */
  readonly entry: string;
  /** A hash of `index.html`, so that the service worker changes whenever the page does. */
  readonly pageHash: string;
  /** Files to cache on the first visit. */
  readonly now: readonly string[];
  /** Files to cache when they are first used. */
  readonly later: readonly string[];
}
