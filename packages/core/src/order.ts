/**
 * Sorts nodes topologically by a depth-first search. The stack is explicit, so that a chain of a million nodes does not
 * need deep recursion.
 */
import { NnbpError } from './errors.js';

/**
 * Returns the indices of all nodes: the inputs first, then the other nodes, in the order of declaration where possible.
 *
 * @param ids - The id of each node, for messages.
 * @param predecessorsOf - Returns the indices of the predecessors of a node that is not an input. Ignores delayed
 * edges.
 * @throws NnbpError `CYCLE`, with the nodes of the cycle in the message
 */
export function topologicalOrder(
  ids: readonly string[],
  inputs: readonly number[],
  predecessorsOf: (node: number) => Uint32Array,
): Uint32Array {
  const visiting = 1;
  const done = 2;
  const order = new Uint32Array(ids.length);
  const state = new Uint8Array(ids.length);
  const nextPredecessor = new Uint32Array(ids.length);
  let ordered = 0;
  for (const node of inputs) {
    state[node] = done;
    order[ordered++] = node;
  }

  const stack: number[] = [];
  for (let root = 0; root < ids.length; root++) {
    if (state[root] === done) continue;
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      const predecessors = predecessorsOf(node);
      state[node] = visiting;
      if (nextPredecessor[node] < predecessors.length) {
        const predecessor = predecessors[nextPredecessor[node]++];
        if (state[predecessor] === visiting) throw cycle(ids, stack.slice(stack.indexOf(predecessor)));
        if (state[predecessor] !== done) stack.push(predecessor);
      } else {
        state[node] = done;
        order[ordered++] = node;
        stack.pop();
      }
    }
  }
  return order;
}

/**
 * Creates the error for a cycle. `path` lists the nodes of the cycle against the direction of the edges; the message
 * lists them in the direction of the edges.
 */
function cycle(ids: readonly string[], path: readonly number[]): NnbpError {
  const names = path.map((i) => ids[i]).reverse();
  const shown = names.length > 12 ? [...names.slice(0, 6), '…', ...names.slice(-5)] : names;
  return new NnbpError(
    'CYCLE',
    `Graph has a cycle: ${[...shown, names[0]].join(' → ')}. Remove one of these edges, or use delayed("${names[0]}") to read the value of the previous step.`,
  );
}
