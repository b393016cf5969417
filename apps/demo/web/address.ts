/**
 * The URL fragment of a state, such as `#learn/4` or `#train`. If the state differs from the default, the compressed
 * state follows, as in `#learn/4/…`. The readable part takes precedence over the compressed one.
 */
import { readLink, writeLink } from './link.js';
import { type ChapterName, chapterNames, type PlaygroundState, viewNames } from './state.js';

const challenge = 'challenge';

/** Writes the URL fragment of a state; the inverse of `readAddress` with the same `defaults`. */
export function addressOf(state: PlaygroundState, defaults: PlaygroundState): string {
  const path = state.view === 'learn' ? ['learn', chapterAddress(state.learn.chapter)] : [state.view];
  const packed = isDefault(state, defaults) ? [] : [writeLink(state)];
  return `#${[...path, ...packed].join('/')}`;
}

/**
 * Reads the state from a URL fragment.
 *
 * @throws LinkError if the compressed state is invalid; see `readLink`
 */
export function readAddress(hash: string, defaults: PlaygroundState): PlaygroundState {
  const parts = hash
    .replace(/^#/, '')
    .split('/')
    .filter((part) => part !== '');
  if (parts.length === 0) return defaults;
  const view = viewNames.find((name) => name === parts[0]);
  if (view === undefined) return readLink(parts.join('/'));
  const chapter = view === 'learn' ? chapterAt(parts[1]) : undefined;
  const packed = parts[chapter === undefined ? 1 : 2];
  const state = packed === undefined ? defaults : readLink(packed);
  return { ...state, view, ...(chapter !== undefined && { learn: { ...state.learn, chapter } }) };
}

/** The part of the URL that names a chapter: its number, from 1, or `challenge` for the last one. */
export const chapterAddress = (chapter: ChapterName): string =>
  chapter === chapterNames.at(-1) ? challenge : String(chapterNames.indexOf(chapter) + 1);

const chapterAt = (part: string | undefined): ChapterName | undefined =>
  part === challenge ? chapterNames.at(-1) : chapterNames.find((name) => chapterAddress(name) === part);

/** Whether the state differs from the default only in view and chapter. */
function isDefault(state: PlaygroundState, defaults: PlaygroundState): boolean {
  const { view } = defaults;
  const learn = { ...state.learn, chapter: defaults.learn.chapter };
  return JSON.stringify({ ...state, view, learn }) === JSON.stringify(defaults);
}
