/** The state of the playground, shared by all views and written to the URL. */
import { useSyncExternalStore } from 'react';
import { addressOf, readAddress } from './address.js';
import { forgetLastEdit, keepLastEdit, restoreLastEdit } from './last-edit.js';
import { LinkError, type LinkFault } from './link.js';
import { Listeners } from './shared/listeners.js';
import { defaultState, type PlaygroundState } from './state.js';

type Change = (state: PlaygroundState) => PlaygroundState;

const listeners = new Listeners();
let linkProblem: LinkFault | undefined;
/** The default state, in the browser's language. */
const initialState: PlaygroundState = { ...defaultState, language: navigator.language.startsWith('zh') ? 'zh' : 'en' };
restoreLastEdit();
let state = readUrl();
/** The state that was last read from the URL: when the page or a link was opened, or after Back or Forward. */
let loaded = state;
let pending: ReturnType<typeof setTimeout> | undefined;
/** History state of entries that the page has written. An entry without this state is a link that was opened. */
const shown = { shown: true };
const linkListeners = new Set<(before: PlaygroundState) => void>();
history.replaceState(shown, '');

/**
 * Changes the state and, soon after, the URL. Changing the view or chapter adds an entry to the browser history. Other
 * changes replace the current entry.
 */
export function update(change: Change): void {
  const before = state;
  state = change(state);
  if (state === before) return;
  listeners.notify();
  clearTimeout(pending);
  if (historyKeyOf(before) === historyKeyOf(state)) {
    pending = setTimeout(writeUrl, 150);
    return;
  }
  pending = undefined;
  history.replaceState(shown, '', addressOf(before, initialState));
  history.pushState(shown, '', addressOf(state, initialState));
}

/** Writes the URL. `update` delays the call because browsers limit how often a page can change the URL. */
function writeUrl(): void {
  clearTimeout(pending);
  pending = undefined;
  history.replaceState(shown, '', addressOf(state, initialState));
}

// Runs when the user leaves, reloads or closes the page. Writes the state to the URL and stores it for a reload (see
// last-edit.ts). If the state has not changed since it was last read from the URL, a link stored earlier is outdated and
// must be removed.
addEventListener('pagehide', () => {
  if (state === loaded) {
    forgetLastEdit();
    return;
  }
  if (pending !== undefined) writeUrl();
  keepLastEdit(addressOf(state, initialState).slice(1));
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden' && pending !== undefined) writeUrl();
});

/** Returns the current state, for code outside components. */
export const currentState = (): PlaygroundState => state;

/** Returns a part of the state. The component rerenders when that part changes. */
export function usePlayground<Part>(select: (state: PlaygroundState) => Part): Part {
  const selected = () => select(state);
  return useSyncExternalStore(listeners.subscribe, selected, selected);
}

/** Returns the URL fragment of the state. */
export const useAddress = (): string => usePlayground((current) => addressOf(current, initialState));

/** Returns the reason why the link could not be read; undefined if it was valid. */
export const useLinkProblem = (): LinkFault | undefined => usePlayground(() => linkProblem);

/** Calls `listener` with the previous state after a link is opened in the page, but not after Back or Forward. */
export const onLinkOpened = (listener: (before: PlaygroundState) => void): void => void linkListeners.add(listener);

// Not "hashchange": browsers fire it later, when a pending update could already have replaced the opened URL.
addEventListener('popstate', () => {
  const isLink = history.state === null;
  if (isLink) history.replaceState(shown, '');
  if (location.hash === addressOf(state, initialState)) return;
  clearTimeout(pending);
  pending = undefined;
  const before = state;
  state = loaded = readUrl();
  if (isLink) for (const listener of linkListeners) listener(before);
  listeners.notify();
});

/** A change of this key adds an entry to the browser history. */
const historyKeyOf = ({ view, learn: { chapter } }: PlaygroundState): string =>
  view === 'learn' ? `${view}/${chapter}` : view;

function readUrl(): PlaygroundState {
  linkProblem = undefined;
  try {
    return readAddress(location.hash, initialState);
  } catch (error) {
    linkProblem = error instanceof LinkError ? error.fault : 'damaged';
    return initialState;
  }
}
