/**
 * Writes aggregations as ONNX operators. The tensor z contains w · x of every edge; its shape is [batch, nodes, edges] or
 * [steps, batch, nodes, edges].
 */
import type { AggregationName } from '@nnbp/aggregations';
import type { Aggregation } from '@nnbp/core';
import type { Operations } from './operations.js';

type Write = (operations: Operations, z: string, edges: number, axis: number) => string;

const reduce =
  (opType: string): Write =>
  (operations, z, _, axis) =>
    operations.reduce(opType, z, axis);

const makeTable = () =>
  ({
    logSumExp: reduce('ReduceLogSumExp'),
    max: reduce('ReduceMax'),
    // The index of the largest |z| (the first one if several are equal), and z at this index.
    maxAbs: (operations, z, _, axis) => {
      const index = operations.add('ArgMax', [operations.add('Abs', [z])], { axis: BigInt(axis), keepdims: 1n });
      return operations.reduce('ReduceMax', operations.add('GatherElements', [z, index], { axis: BigInt(axis) }), axis);
    },
    mean: reduce('ReduceMean'),
    // The middle of the sorted entries, or the mean of the two middle entries.
    median: (operations, z, edges, axis) => {
      const [sorted] = operations.addMany('TopK', [z, operations.positions([edges])], 2, { axis: BigInt(axis) });
      const middle = operations.positions(edges % 2 === 1 ? [edges >> 1] : [(edges >> 1) - 1, edges >> 1]);
      return operations.reduce('ReduceMean', operations.add('Gather', [sorted, middle], { axis: BigInt(axis) }), axis);
    },
    min: reduce('ReduceMin'),
    product: reduce('ReduceProd'),
    sum: (operations, z, _, axis) => operations.add('ReduceSum', [z, operations.positions([axis])], { keepdims: 0n }),
  }) satisfies Readonly<Record<AggregationName, Write>>;

let table: Readonly<Record<string, Write | undefined>> | undefined;

/**
 * Adds operations that aggregate z. Returns the name of the result, or undefined for a custom aggregation. The table is
 * created on first use, so that bundlers can remove it if this function is not used.
 *
 * @param axis - The last axis of z.
 */
export function writeAggregation(
  operations: Operations,
  { builtin }: Aggregation,
  z: string,
  edges: number,
  axis: number,
): string | undefined {
  table ??= makeTable();
  return builtin && table[builtin.name]?.(operations, z, edges, axis);
}
