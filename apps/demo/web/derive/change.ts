/** Updates the state. Used by several parts of the Derive view. */
import { nameOf, type QuantityName } from '@nnbp/explain';
import type { NodeDescription, PlaygroundState } from '../state.js';
import { update } from '../store.js';

/** Updates the part of the state that belongs to the Derive view. */
export const change = (part: Partial<PlaygroundState['derive']>): void =>
  update((state) => ({ ...state, derive: { ...state.derive, ...part } }));

/** Selects the number to explain. */
export const select = (quantity: QuantityName): void => change({ selected: nameOf(quantity) });

/** Changes one node of the user's network. */
export const changeNode = (id: string, part: Partial<NodeDescription>): void =>
  update((state) => ({
    ...state,
    network: {
      ...state.network,
      nodes: state.network.nodes.map((node) => (node.id === id ? { ...node, ...part } : node)),
    },
  }));
