/**
 * The function in the editor, and unsaved ones that another replaced there. They outlive the view. A link opened in the page
 * shows its own function; what was being written stays in the list.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { Listeners } from '../shared/listeners.js';
import { hasSameContent } from '../shared/same-content.js';
import type { OwnFunction } from '../shared/user-code/user-worker.js';
import type { PlaygroundState } from '../state.js';
import { currentState, onLinkOpened, usePlayground } from '../store.js';
import { type Example, examples, softsign } from './examples.js';

interface Editing {
  /** Default: the function named in the state of the page. */
  readonly own?: OwnFunction;
  /** Unsaved functions, the newest first. */
  readonly drafts: readonly OwnFunction[];
}

const maxDrafts = 10;
let editing: Editing = { drafts: [] };
/** The task whose function was last put into the editor. */
let lastTask: PlaygroundState['task'] = null;
const listeners = new Listeners();

function change(next: Editing): void {
  editing = next;
  listeners.notify();
}

export const ownOf = ({ kind, name, source }: Example): OwnFunction => ({ kind, name, source });

/** All saved functions. */
export const savedFunctions = ({ activations, losses }: PlaygroundState['custom']): OwnFunction[] => [
  ...activations.map((entry) => ({ kind: 'activation' as const, ...entry })),
  ...losses.map((entry) => ({ kind: 'loss' as const, ...entry })),
];

/** The exercise of a task, else the first saved function, else the first example. */
const first = ({ task, custom }: Pick<PlaygroundState, 'task' | 'custom'>): OwnFunction =>
  task === 'softsign' ? ownOf(softsign) : (savedFunctions(custom).at(0) ?? ownOf(examples[0]));

const isUnsaved = (own: OwnFunction, custom: PlaygroundState['custom']): boolean =>
  ![...savedFunctions(custom), ...examples.map(ownOf)].some((known) => hasSameContent(known, own));

/** The drafts after `next` replaces the function in the editor, which belongs to the functions of `custom`. */
function draftsAfter(next: OwnFunction | undefined, custom: PlaygroundState['custom']): readonly OwnFunction[] {
  const { own, drafts } = editing;
  const all = own !== undefined && isUnsaved(own, custom) ? [own, ...drafts] : drafts;
  const others = all.filter((draft, k) => !hasSameContent(draft, next) && (k === 0 || !hasSameContent(draft, own)));
  return others.slice(0, maxDrafts);
}

/** Puts another function into the editor. */
export const chooseFunction = (own: OwnFunction): void =>
  change({ own, drafts: draftsAfter(own, currentState().custom) });

/** Changes the function in the editor. */
export const editFunction = (own: OwnFunction): void => change({ ...editing, own });

export const discardDraft = (draft: OwnFunction): void =>
  change({ ...editing, drafts: editing.drafts.filter((other) => other !== draft) });

onLinkOpened((before) => {
  lastTask = currentState().task;
  change({ drafts: draftsAfter(undefined, before.custom) });
});

/** The function in the editor, and the unsaved ones that it replaced. */
export function useEditing(): Required<Editing> {
  const task = usePlayground(({ task }) => task);
  const custom = usePlayground(({ custom }) => custom);
  const { own = first({ task, custom }), drafts } = useSyncExternalStore(listeners.subscribe, () => editing);
  useEffect(() => {
    if (task === lastTask) return;
    lastTask = task;
    if (task === 'softsign') chooseFunction(ownOf(softsign));
  }, [task]);
  return { own, drafts };
}
