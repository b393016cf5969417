/**
 * Keeps the last edit across a reload. The browser reloads the URL it had when the reload began, so a URL written while
 * the page is hidden comes too late; the tab's session storage does not.
 */
const key = 'nnbp-last-edit';

/** Stores the link of a state that the URL does not have yet. */
export function keepLastEdit(link: string): void {
  try {
    sessionStorage.setItem(key, JSON.stringify({ after: location.hash, link }));
  } catch {
    // Without storage, an edit made just before a reload is lost.
  }
}

/** Puts the stored link into the URL, if the page is opened again with the URL that it had then. */
export function restoreLastEdit(): void {
  try {
    const stored = sessionStorage.getItem(key);
    if (stored === null) return;
    sessionStorage.removeItem(key);
    const { after, link } = JSON.parse(stored) as { after: string; link: string };
    if (after === location.hash) history.replaceState(null, '', `#${link}`);
  } catch {
    // As above.
  }
}
