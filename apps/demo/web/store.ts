/** The state of the playground, which all views read and change; the URL follows it. */
import { useSyncExternalStore } from 'react';
import { keepLastEdit, restoreLastEdit } from './last-edit.js';
import { LinkError, type LinkFault, readLink, writeLink } from './link.js';
import { defaultState, type PlaygroundState } from './state.js';

type Change = (state: PlaygroundState) => PlaygroundState;

const listeners = new Set<() => void>();
/** Why the link the page was opened with could not be read, if it could not. */
export let linkProblem: LinkFault | undefined;
restoreLastEdit();
let state = opened();
let pending: ReturnType<typeof setTimeout> | undefined;

/** Changes the state; every view that uses it is drawn anew, and the address follows. */
export function update(change: Change): void {
  state = change(state);
  for (const listener of listeners) listener();
  clearTimeout(pending);
  pending = setTimeout(writeUrl, 150);
}

/** Browsers limit how often a page may change its URL: it is written 150 ms after the last of several edits. */
function writeUrl(): void {
  clearTimeout(pending);
  pending = undefined;
  history.replaceState(null, '', `#${writeLink(state)}`);
}

/** Before the page may be gone: the URL serves who comes back to the page, the stored link a reload. */
function flush(): void {
  if (pending === undefined) return;
  keepLastEdit(writeLink(state));
  writeUrl();
}
addEventListener('pagehide', flush);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') flush();
});

/** The state; re-renders the caller when it changes. */
export const usePlayground = (): PlaygroundState => useSyncExternalStore(subscribe, () => state);

addEventListener('hashchange', () => {
  if (location.hash.slice(1) === writeLink(state)) return;
  state = opened();
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function opened(): PlaygroundState {
  linkProblem = undefined;
  const language = navigator.language.startsWith('zh') ? 'zh' : 'en';
  const fresh: PlaygroundState = { ...defaultState, language };
  const hash = location.hash.slice(1);
  if (hash === '') return fresh;
  try {
    return readLink(hash);
  } catch (error) {
    linkProblem = error instanceof LinkError ? error.fault : 'damaged';
    return fresh;
  }
}
