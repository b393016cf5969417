/** The smallest network with a memory: node 2 reads node 1 and its own value of the previous step. */
import type { NetworkDescription } from './state.js';

/** Node 2: its parameters, with the weights from node 1 and from itself. */
export const recurrentNode = { b: -0.2, c: 1.5, w: [0.8, 0.6] as [number, number] };

/** A sequence of two steps with a target at the last one. */
export const recurrentSequence = { inputs: [1, 0.5] as [number, number], target: 2 };

export const recurrence: NetworkDescription = {
  inputs: ['1'],
  nodes: [{ id: '2', from: ['1', '2'], delays: [0, 1], activation: 'sigmoid', ...recurrentNode }],
  outputs: ['2'],
};
