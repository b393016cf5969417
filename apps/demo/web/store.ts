/** The state of the playground, which all views read and change; the URL follows it. */
import { useSyncExternalStore } from 'react';
import { addressOf, readAddress } from './address.js';
import { forgetLastEdit, keepLastEdit, restoreLastEdit } from './last-edit.js';
import { LinkError, type LinkFault } from './link.js';
import { Listeners } from './shared/listeners.js';
import { defaultState, type PlaygroundState } from './state.js';

type Change = (state: PlaygroundState) => PlaygroundState;

const listeners = new Listeners();
let linkProblem: LinkFault | undefined;
/** The initial state. */
const fresh: PlaygroundState = { ...defaultState, language: navigator.language.startsWith('zh') ? 'zh' : 'en' };
restoreLastEdit();
let state = opened();
/** The state that the URL had when the page or another link in it was opened. */
let loaded = state;
let pending: ReturnType<typeof setTimeout> | undefined;
/** Marks the history entries that the page has shown: one without it is a link that was opened in the page. */
const shown = { shown: true };
const linkListeners = new Set<(before: PlaygroundState) => void>();
history.replaceState(shown, '');

/**
 * Changes the state and, a moment later, the address. Another view or chapter becomes an entry of the browser's
 * history, so that Back returns to it; any other change replaces the current entry.
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
  history.replaceState(shown, '', addressOf(before, fresh));
  history.pushState(shown, '', addressOf(state, fresh));
}

/** Browsers limit how often a page may change its URL: it is written 150 ms after the last of several edits. */
function writeUrl(): void {
  clearTimeout(pending);
  pending = undefined;
  history.replaceState(shown, '', addressOf(state, fresh));
}

// Runs before the page may be closed: the URL is for coming back to the page, the stored link for a reload. Without an
// edit, a stored link is from before the browser brought this page back from its cache, or another link was opened in
// it.
addEventListener('pagehide', () => {
  if (state === loaded) {
    forgetLastEdit();
    return;
  }
  if (pending !== undefined) writeUrl();
  keepLastEdit(addressOf(state, fresh).slice(1));
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden' && pending !== undefined) writeUrl();
});

/** The state as it is now, for code that does not render. */
export const currentState = (): PlaygroundState => state;

/** The state, or the part of it that `select` returns; renders the caller again when that part changes. */
export const usePlayground = <Part>(select: (state: PlaygroundState) => Part): Part =>
  useSyncExternalStore(listeners.subscribe, () => select(state));

/** The URL fragment of the state. */
export const useAddress = (): string => usePlayground((current) => addressOf(current, fresh));

/** Why the link that opened the state could not be read. */
export const useLinkProblem = (): LinkFault | undefined => usePlayground(() => linkProblem);

/** Calls back with the previous state after a link was opened in the page, but not after Back and Forward. */
export const onLinkOpened = (listener: (before: PlaygroundState) => void): void => void linkListeners.add(listener);

// Not "hashchange": browsers report it later, and a pending URL would be written over the one that was opened.
addEventListener('popstate', () => {
  const isLink = history.state === null;
  if (isLink) history.replaceState(shown, '');
  if (location.hash === addressOf(state, fresh)) return;
  clearTimeout(pending);
  pending = undefined;
  const before = state;
  state = loaded = opened();
  if (isLink) for (const listener of linkListeners) listener(before);
  listeners.notify();
});

/** The part of the state whose changes become entries of the browser's history. */
const historyKeyOf = ({ view, learn: { chapter } }: PlaygroundState): string =>
  view === 'learn' ? `${view}/${chapter}` : view;

function opened(): PlaygroundState {
  linkProblem = undefined;
  try {
    return readAddress(location.hash, fresh);
  } catch (error) {
    linkProblem = error instanceof LinkError ? error.fault : 'damaged';
    return fresh;
  }
}
