/** Undo and redo: the history of graphs since the page was opened. */
import { identity } from '@nnbp/activations';
import { parseQuantity } from '@nnbp/explain';
import { readLink, writeLink } from '../link.js';
import { networkOf } from '../network.js';
import type { NetworkDescription, PlaygroundState } from '../state.js';
import { update } from '../store.js';
import { carriedOver } from './carried-over.js';
import { edgeCountOf, idsOf, maxIdLength, max } from './edits.js';
import { EditError } from './edit-error.js';

type Change = (network: NetworkDescription) => NetworkDescription;

/** A graph with the sample and selection of the Derive view. */
interface Snapshot extends Pick<PlaygroundState['derive'], 'input' | 'target' | 'selected'> {
  readonly network: NetworkDescription;
}

interface History {
  readonly past: readonly Snapshot[];
  readonly future: readonly Snapshot[];
  /** The graph after the last edit. If the page shows a different graph, the Derive view or a link has changed it. */
  readonly present: NetworkDescription | undefined;
  /** The input field of the last edit. */
  readonly field: string | undefined;
}

const maxPast = 200;

let history: History = { past: [], future: [], present: undefined, field: undefined };

/**
 * Changes the graph, and adapts the sample and selection of the Derive view.
 *
 * @param field - The input field of the change, if any. Consecutive changes in the same field are one edit, so that a
 *   number typed digit by digit is undone in one step.
 * @throws EditError if the edit is rejected; the graph is unchanged
 */
export function edit(change: Change, field?: string): void {
  update((state) => {
    const network = change(state.network);
    if (network === state.network) return state;
    expectWithinLimits(network, state.network);
    const next = withNetwork(state, network);
    expectFitsLink(next);
    const { past, field: lastField } = withOutsideChange(state);
    const isSameField = field !== undefined && field === lastField;
    history = {
      past: isSameField ? past : [...past, snapshotOf(state)].slice(-maxPast),
      future: [],
      present: network,
      field,
    };
    return next;
  });
}

export const undo = (): void =>
  update((state) => {
    const { past, future } = withOutsideChange(state);
    const snapshot = past.at(-1);
    if (snapshot === undefined) return state;
    history = {
      past: past.slice(0, -1),
      future: [snapshotOf(state), ...future],
      present: snapshot.network,
      field: undefined,
    };
    return restored(state, snapshot);
  });

export const redo = (): void =>
  update((state) => {
    const { past, future } = withOutsideChange(state);
    const [snapshot, ...later] = future;
    if (snapshot === undefined) return state;
    history = { past: [...past, snapshotOf(state)], future: later, present: snapshot.network, field: undefined };
    return restored(state, snapshot);
  });

export function canUndoRedo(network: NetworkDescription): { readonly undo: boolean; readonly redo: boolean } {
  const changedOutside = history.present !== undefined && history.present !== network;
  return { undo: changedOutside || history.past.length > 0, redo: !changedOutside && history.future.length > 0 };
}

/** The history. If the graph was changed outside the Build view, that change is the last entry. */
function withOutsideChange(state: PlaygroundState): History {
  const { past, present } = history;
  if (present === undefined || present === state.network) return history;
  const snapshot = { ...snapshotOf(state), network: present };
  return { past: [...past, snapshot], future: [], present: state.network, field: undefined };
}

const snapshotOf = ({ network, derive: { input, target, selected } }: PlaygroundState): Snapshot => ({
  network,
  input,
  target,
  selected,
});

/** Restores a snapshot. Keeps the current sample if it fits the restored graph. */
function restored(state: PlaygroundState, { network, input, target, selected }: Snapshot): PlaygroundState {
  const { inputs, outputs } = state.network;
  const fits = sameList(inputs, network.inputs) && sameList(outputs, network.outputs);
  return withNetwork(
    fits ? state : { ...state, derive: { ...state.derive, input, target, selected }, network },
    network,
  );
}

function withNetwork(state: PlaygroundState, network: NetworkDescription): PlaygroundState {
  const { derive } = state;
  return {
    ...state,
    network,
    derive: {
      ...derive,
      input: carriedOver(derive.input, state.network.inputs, network.inputs, 0.5),
      target: carriedOver(derive.target, state.network.outputs, network.outputs, 0),
      selected: hasQuantity(network, derive.selected) ? derive.selected : `dloss/dx_${network.outputs[0]}`,
      step: null,
      order: [],
    },
  };
}

function hasQuantity(network: NetworkDescription, quantity: string): boolean {
  try {
    parseQuantity(networkOf(network, { activation: () => identity }).graph, quantity);
    return true;
  } catch {
    return false;
  }
}

function expectWithinLimits(network: NetworkDescription, before: NetworkDescription): void {
  const { inputs, nodes, outputs } = network;
  const fanIn = Math.max(0, ...nodes.map(({ from }) => from.length));
  const counts = { inputs: inputs.length, nodes: nodes.length, outputs: outputs.length, fanIn };
  for (const what of ['inputs', 'nodes', 'outputs', 'fanIn'] as const) {
    if (counts[what] > max[what]) throw new EditError({ reason: 'tooMany', what, count: counts[what] });
  }
  // A graph from a link can exceed the maximum number of edges. It can be edited, but edits must not add edges.
  const edges = edgeCountOf(network);
  if (edges > max.edges && edges > edgeCountOf(before)) {
    throw new EditError({ reason: 'tooMany', what: 'edges', count: edges });
  }
  if (idsOf(network).some((id) => id === '' || id.length > maxIdLength)) throw new EditError({ reason: 'badId' });
}

function expectFitsLink(state: PlaygroundState): void {
  try {
    readLink(writeLink(state));
  } catch {
    throw new EditError({ reason: 'tooLong' });
  }
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, k) => id === b[k]);
