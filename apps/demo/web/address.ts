/**
 * The address of a state: `#learn/4`, `#train`, and, where the state differs from the first one, the rest of it behind:
 * `#learn/4/…`. People can write and read the front part, and it takes precedence over the packed one.
 */
import { readLink, writeLink } from './link.js';
import { type ChapterName, chapterNames, type PlaygroundState, viewNames } from './state.js';

/** What stands in the address for the last chapter. */
const challenge = 'challenge';

/** What `readAddress` reads, given the same `fresh` state. */
export function addressOf(state: PlaygroundState, fresh: PlaygroundState): string {
  const place = state.view === 'learn' ? ['learn', chapterAddress(state.learn.chapter)] : [state.view];
  const packed = isFirst(state, fresh) ? [] : [writeLink(state)];
  return `#${[...place, ...packed].join('/')}`;
}

/**
 * The state at an address; `fresh` where it says nothing.
 *
 * @throws LinkError, as `readLink` does
 */
export function readAddress(hash: string, fresh: PlaygroundState): PlaygroundState {
  const parts = hash
    .replace(/^#/, '')
    .split('/')
    .filter((part) => part !== '');
  if (parts.length === 0) return fresh;
  const view = viewNames.find((name) => name === parts[0]);
  if (view === undefined) return readLink(parts.join('/'));
  const chapter = view === 'learn' ? chapterAt(parts[1]) : undefined;
  const packed = parts[chapter === undefined ? 1 : 2];
  const state = packed === undefined ? fresh : readLink(packed);
  return { ...state, view, ...(chapter !== undefined && { learn: { ...state.learn, chapter } }) };
}

/** A chapter as people count it: from 1; the last one by its name. */
export const chapterAddress = (chapter: ChapterName): string =>
  chapter === chapterNames.at(-1) ? challenge : String(chapterNames.indexOf(chapter) + 1);

const chapterAt = (part: string | undefined): ChapterName | undefined =>
  part === challenge ? chapterNames.at(-1) : chapterNames.find((name) => chapterAddress(name) === part);

/** Whether the state says nothing more than its view and chapter. */
function isFirst(state: PlaygroundState, fresh: PlaygroundState): boolean {
  const { view } = fresh;
  const learn = { ...state.learn, chapter: fresh.learn.chapter };
  return JSON.stringify({ ...state, view, learn }) === JSON.stringify(fresh);
}
