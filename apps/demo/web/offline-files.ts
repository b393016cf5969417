/** The files of the build that the service worker keeps. */
export interface OfflineFiles {
  /** The script that the page of this version loads. */
  readonly entry: string;
  /** A hash of the page: the worker changes whenever the page does. */
  readonly page: string;
  /** Read at the first visit. */
  readonly now: readonly string[];
  /** Kept when they are first used. */
  readonly later: readonly string[];
}
