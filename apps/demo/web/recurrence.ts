/** The smallest network with memory: node 2 reads node 1 and its own value at the previous step. */
import type { NetworkDescription } from './state.js';

/** Parameters of node 2. `w` contains the weights of the edges from node 1 and from node 2 itself. */
export const recurrentNode = { b: -0.2, c: 1.5, w: [0.8, 0.6] as [number, number] };

/** A sequence of two steps with a target at the last one. */
export const recurrentSequence = { inputs: [1, 0.5] as [number, number], target: 2 };

export const recurrence: NetworkDescription = {
  inputs: ['1'],
  nodes: [{ id: '2', from: ['1', '2'], delays: [0, 1], activation: 'sigmoid', ...recurrentNode }],
  outputs: ['2'],
};
