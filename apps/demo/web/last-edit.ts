/**
 * Keeps the last edit across a reload. The browser reloads the URL it had when the reload began; a URL written after that,
 * by an edit that was pending or made since, comes too late. The tab's session storage does not.
 */
const key = 'nnbp-last-edit';

/** Stores the link of the current state when the page is hidden or closed. */
export function keepLastEdit(link: string): void {
  try {
    sessionStorage.setItem(key, link);
  } catch {
    // Without storage, an edit made just before a reload is lost.
  }
}

/** Removes the stored link when the page is closed unchanged. */
export function forgetLastEdit(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Without storage, there is nothing to do.
  }
}

/** Puts the stored link into the URL, if the page was reloaded. */
export function restoreLastEdit(): void {
  try {
    const link = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    if (link !== null && navigation?.type === 'reload') history.replaceState(null, '', `#${link}`);
  } catch {
    // Without storage, there is nothing to do.
  }
}
