/**
 * Decides where threads must wait for each other. A unit is a group of nodes that the threads divide among themselves.
 * A row holds the values of one node for all samples of a batch. A barrier between two units is omitted if no thread
 * reads or writes a row that another thread has written since the last barrier. For example, there is no barrier
 * between the gates and the cell states of a recurrent layer: each thread computes the cell states whose gates it has
 * computed.
 */
import type { Graph } from '@nnbp/core';
import { ownerOf } from './kernels/share.js';
import type { RowUnit } from './row-units.js';

/** For each unit, whether all threads wait before it: in the forward pass, and in the backward pass. */
export interface Waits {
  readonly forward: readonly boolean[];
  readonly backward: readonly boolean[];
}

/** The rows that a unit uses in one pass, and whether all threads must wait after the unit. */
interface Use {
  /**
   * Calls `visit` for each row to check, with the row's node and the thread that uses the row in the unit. All threads
   * must wait before the unit if another thread has written one of these rows since the last wait.
   */
  readonly checked: (unit: RowUnit, visit: (node: number, thread: number) => void) => void;
  /** Calls `visit` for each row that the unit writes, with the row's node and the thread that writes the row. */
  readonly written: (unit: RowUnit, visit: (node: number, thread: number) => void) => void;
  readonly endsWithWait: (unit: RowUnit) => boolean;
}

/** @param stepOf - The time step of each node; undefined for a single step. All threads enter a time step together. */
export function waits(
  graph: Graph,
  units: readonly RowUnit[],
  stepOf: ArrayLike<number> | undefined,
  threads: number,
): Waits {
  const { edgeStart, predecessors } = graph;
  const eachNode = ({ nodes }: RowUnit, visit: (node: number, thread: number) => void) =>
    nodes.forEach((i, k) => visit(i, ownerOf(k, nodes.length, 2, threads)));
  const eachPredecessor = (unit: RowUnit, visit: (node: number, thread: number) => void) =>
    eachNode(unit, (i, thread) => {
      for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) visit(predecessors[e], thread);
    });
  const needed = (order: readonly RowUnit[], { checked, written, endsWithWait }: Use): boolean[] => {
    const writer = new Map<number, number>();
    return order.map((unit, n) => {
      const previous = order[n - 1] as RowUnit | undefined;
      let isNeeded =
        previous !== undefined &&
        (endsWithWait(previous) || (stepOf !== undefined && stepOf[previous.nodes[0]] !== stepOf[unit.nodes[0]]));
      checked(unit, (i, thread) => {
        if ((writer.get(i) ?? thread) !== thread) isNeeded = true;
      });
      if (isNeeded) writer.clear();
      written(unit, (i, thread) => writer.set(i, thread));
      return isNeeded;
    });
  };
  return {
    forward: needed(units, {
      endsWithWait: () => false,
      checked: eachPredecessor,
      written: eachNode,
    }),
    backward: needed([...units].reverse(), {
      // In a unit that is not elementwise, threads also write deltas and gradients, and any thread may write the row of
      // any predecessor.
      endsWithWait: ({ elementwise }) => elementwise === undefined,
      checked(unit, visit) {
        eachNode(unit, visit);
        if (unit.elementwise !== undefined) eachPredecessor(unit, visit);
      },
      written: eachPredecessor,
    }).reverse(),
  };
}
