/**
 * Keeps the last edit across a reload. The browser reloads the URL that the page had when the reload began, so an edit
 * that is written to the URL later would be lost. It is kept in the session storage of the tab instead.
 */
const key = 'nnbp-last-edit';

/** Stores the link of the current state. */
export function keepLastEdit(link: string): void {
  try {
    sessionStorage.setItem(key, link);
  } catch {
    // Without storage, an edit made just before a reload is lost.
  }
}

export function forgetLastEdit(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Without storage, nothing was stored.
  }
}

/** Puts the stored link into the URL if the page was reloaded. Otherwise discards it. */
export function restoreLastEdit(): void {
  try {
    const link = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    if (link !== null && navigation?.type === 'reload') history.replaceState(null, '', `#${link}`);
  } catch {
    // Without storage, nothing was stored.
  }
}
