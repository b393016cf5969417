/** The files of the build that the service worker keeps. */
export interface OfflineFiles {
  /** The script that the page of this version loads. */
  readonly entry: string;
  /** A hash of the page: the worker changes whenever the page does. */
  readonly page: string;
  /** Cached at the first visit. */
  readonly now: readonly string[];
  /** Cached at first use. */
  readonly later: readonly string[];
}
