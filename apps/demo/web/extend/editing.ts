/**
 * The function in the editor, and drafts: unsaved functions that were replaced in the editor. Both are kept when the
 * view is closed. When a link is opened, the editor shows the function of the link, and an unsaved function becomes a
 * draft.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { Listeners } from '../shared/listeners.js';
import { hasSameContent } from '../shared/same-content.js';
import type { UserFunction } from '../shared/user-code/user-worker.js';
import type { PlaygroundState } from '../state.js';
import { currentState, onLinkOpened, usePlayground } from '../store.js';
import { type Example, examples, softsign } from './examples.js';

interface Editing {
  /** The function in the editor. Default: `initialFunction`. */
  readonly edited?: UserFunction;
  /** Unsaved functions, the newest first. */
  readonly drafts: readonly UserFunction[];
}

const maxDrafts = 10;
let editing: Editing = { drafts: [] };
/** The task that was handled last. When the task becomes `softsign`, the editor shows its exercise. */
let lastTask: PlaygroundState['task'] = null;
const listeners = new Listeners();

function change(next: Editing): void {
  editing = next;
  listeners.notify();
}

export const functionOf = ({ kind, name, source }: Example): UserFunction => ({ kind, name, source });

export const savedFunctions = ({ activations, losses }: PlaygroundState['custom']): UserFunction[] => [
  ...activations.map((entry) => ({ kind: 'activation' as const, ...entry })),
  ...losses.map((entry) => ({ kind: 'loss' as const, ...entry })),
];

/**
 * The function shown initially. If the task is `softsign`: the exercise of this task. Otherwise: the first saved
 * function, or the first example if no function is saved.
 */
const initialFunction = ({ task, custom }: Pick<PlaygroundState, 'task' | 'custom'>): UserFunction =>
  task === 'softsign' ? functionOf(softsign) : (savedFunctions(custom).at(0) ?? functionOf(examples[0]));

const isUnsaved = (edited: UserFunction, custom: PlaygroundState['custom']): boolean =>
  ![...savedFunctions(custom), ...examples.map(functionOf)].some((known) => hasSameContent(known, edited));

/**
 * Returns the drafts that exist once `next` has replaced the function in the editor. `custom` contains the saved
 * functions.
 */
function draftsAfter(next: UserFunction | undefined, custom: PlaygroundState['custom']): readonly UserFunction[] {
  const { edited, drafts } = editing;
  const all = edited !== undefined && isUnsaved(edited, custom) ? [edited, ...drafts] : drafts;
  const others = all.filter((draft, k) => !hasSameContent(draft, next) && (k === 0 || !hasSameContent(draft, edited)));
  return others.slice(0, maxDrafts);
}

/** Shows another function in the editor. If the current one is unsaved, it becomes a draft. */
export const chooseFunction = (edited: UserFunction): void =>
  change({ edited, drafts: draftsAfter(edited, currentState().custom) });

/** Updates the function in the editor after an edit. */
export const editFunction = (edited: UserFunction): void => change({ ...editing, edited });

export const discardDraft = (draft: UserFunction): void =>
  change({ ...editing, drafts: editing.drafts.filter((other) => other !== draft) });

onLinkOpened((before) => {
  lastTask = currentState().task;
  change({ drafts: draftsAfter(undefined, before.custom) });
});

export function useEditing(): Required<Editing> {
  const task = usePlayground(({ task }) => task);
  const custom = usePlayground(({ custom }) => custom);
  const { edited = initialFunction({ task, custom }), drafts } = useSyncExternalStore(
    listeners.subscribe,
    () => editing,
  );
  useEffect(() => {
    if (task === lastTask) return;
    lastTask = task;
    if (task === 'softsign') chooseFunction(functionOf(softsign));
  }, [task]);
  return { edited, drafts };
}
