/** The files of the build that the service worker caches. */
export interface OfflineFiles {
  /** The main script of this version. */
  readonly entry: string;
  /** A hash of the page, so that the worker changes whenever the page does. */
  readonly page: string;
  /** Files to cache on the first visit. */
  readonly now: readonly string[];
  /** Files to cache when they are first used. */
  readonly later: readonly string[];
}
