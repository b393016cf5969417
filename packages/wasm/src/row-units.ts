/**
 * Determines for each unit of a plan whether g and x of its nodes share a row, and whether the unit is elementwise.
 */
import type { Graph, Plan, Unit } from '@nnbp/core';
import { activationKernelOf, noKernel } from './builtins.js';
import { elementwise } from './kernels/elementwise.js';

export interface RowUnit extends Unit {
  /**
   * Whether g and x of each node share a row, which holds h before g is applied. True if c is the constant 1 for all
   * nodes, so that x is g(h), and the activation has a kernel.
   */
  readonly gIsX: boolean;
  /**
   * The operation of an elementwise unit; undefined for other units. The nodes of an elementwise unit have one or two
   * incoming edges and no parameters: b = 0, c = 1, w = 1. No two nodes of the unit share a predecessor, so they pass
   * dloss/dx on to their predecessors without rows for delta (dloss/dh) or for the derivatives of an aggregation.
   */
  readonly elementwise: (typeof elementwise)[keyof typeof elementwise] | undefined;
}

export const rowUnits = (graph: Graph, { units }: Plan): RowUnit[] =>
  units.map((unit) => ({ ...unit, gIsX: gIsX(graph, unit), elementwise: elementwiseOf(graph, unit) }));

const constantOf = (graph: Graph, slot: number): number | undefined =>
  slot < graph.parameterCount ? undefined : graph.constants[slot - graph.parameterCount];

/** See {@link RowUnit.gIsX}. */
export const gIsX = (graph: Graph, { nodes, activation }: Unit): boolean =>
  activationKernelOf(activation).number !== noKernel && nodes.every((i) => constantOf(graph, graph.scaleSlot(i)) === 1);

/** Whether the nodes of a unit only copy h to x. */
export const isCopy = (graph: Graph, unit: Unit): boolean =>
  gIsX(graph, unit) && unit.activation.builtin?.name === 'identity';

function elementwiseOf(graph: Graph, unit: Unit): RowUnit['elementwise'] {
  const { dense, nodes, aggregation } = unit;
  const isSumOrProduct = aggregation === undefined || aggregation.builtin?.name === 'product';
  if (dense || !gIsX(graph, unit) || !isSumOrProduct) return undefined;
  const fanIn = graph.edgeStart[nodes[0] + 1] - graph.edgeStart[nodes[0]];
  if (fanIn < 1 || fanIn > 2) return undefined;
  const readers = new Map<number, number>();
  for (const i of nodes) {
    const first = graph.edgeStart[i];
    if (graph.edgeStart[i + 1] - first !== fanIn || constantOf(graph, graph.biasSlot(i)) !== 0) return undefined;
    for (let e = first; e < first + fanIn; e++) {
      const j = graph.predecessors[e];
      if (constantOf(graph, graph.weightSlot(e, i)) !== 1 || (readers.get(j) ?? i) !== i) return undefined;
      readers.set(j, i);
    }
  }
  if (fanIn === 1) return elementwise.copy;
  return aggregation === undefined ? elementwise.sum : elementwise.product;
}
