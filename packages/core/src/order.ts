/**
 * Topological order: every node after all its predecessors. A depth-first search; a node that is met again before it is
 * finished is on a cycle. The stack is explicit, so a chain of a million nodes needs no deep recursion.
 */
import { NnbpError } from './errors.js';

/**
 * The places of all nodes, inputs first, then as declared wherever that is possible.
 *
 * @param ids - For each place its id, for messages.
 * @param inputs - The places of the inputs.
 * @param predecessorsOf - The places of the predecessors of a node that is not an input, without those it reads delayed.
 * @throws NnbpError `CYCLE`, naming its nodes
 */
export function topologicalOrder(
  ids: readonly string[],
  inputs: readonly number[],
  predecessorsOf: (place: number) => Uint32Array,
): Uint32Array {
  const visiting = 1;
  const done = 2;
  const order = new Uint32Array(ids.length);
  const state = new Uint8Array(ids.length);
  const nextPredecessor = new Uint32Array(ids.length);
  let ordered = 0;
  for (const place of inputs) {
    state[place] = done;
    order[ordered++] = place;
  }

  const fingers: number[] = [];
  for (let root = 0; root < ids.length; root++) {
    if (state[root] === done) continue;
    fingers.push(root);
    while (fingers.length > 0) {
      const place = fingers[fingers.length - 1];
      const predecessors = predecessorsOf(place);
      state[place] = visiting;
      if (nextPredecessor[place] < predecessors.length) {
        const predecessor = predecessors[nextPredecessor[place]++];
        if (state[predecessor] === visiting) throw cycle(ids, fingers.slice(fingers.indexOf(predecessor)));
        if (state[predecessor] !== done) fingers.push(predecessor);
      } else {
        state[place] = done;
        order[ordered++] = place;
        fingers.pop();
      }
    }
  }
  return order;
}

/** `places` lead backwards, each from a node to a predecessor; the message follows the edges forwards. */
function cycle(ids: readonly string[], places: readonly number[]): NnbpError {
  const names = places.map((place) => ids[place]).reverse();
  const shown = names.length > 12 ? [...names.slice(0, 6), '…', ...names.slice(-5)] : names;
  return new NnbpError(
    'CYCLE',
    `Graph has a cycle: ${[...shown, names[0]].join(' → ')}. Remove one of these edges, or let one read the previous step: from: [delayed("${names[0]}")].`,
  );
}
