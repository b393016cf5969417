/**
 * Adds the gradients of one time step (case 3 of backpropagation) to those of later steps, since all steps share the
 * parameters.
 */
import { type Code, f32x4, type Local, scalar } from '../assembler.js';
import { edgeDeltas, valueOf } from './aggregate.js';
import { type CodegenContext, loadFirst, splat, storeFirst } from './codegen-context.js';

const { add, mul, extract } = f32x4;

/** Registers that sum dloss/db and dloss/dc of each group over the steps. */
export interface SumsOverSteps {
  readonly biases: readonly Local[];
  readonly scales: readonly Local[];
}

/** Adds a step's gradients of b and c to the sums in registers, and its gradients of w to the gradient in memory. */
export function accumulate(context: CodegenContext, { biases, scales }: SumsOverSteps): Code {
  const { computed, groups, delta, dLossDc } = context;
  return computed.map((k) => [
    biases[k].set(add(biases[k].get, delta[k].get)),
    groups[k].scaleTrainable ? scales[k].set(add(scales[k].get, dLossDc[k].get)) : [],
    groups[k].byColumns
      ? weightsOfColumns(context, k)
      : groups[k].nodes.map((i, lane) => weightsOfNode(context, k, i, lane)),
  ]);
}

/** Adds the sums over all steps to the gradient in memory. */
export function accumulateSums(context: CodegenContext, { biases, scales }: SumsOverSteps): Code {
  const { graph, computed, groups } = context;
  return computed.map((k) =>
    groups[k].nodes.map((i, lane) => [
      addLane(context, graph.biasSlot(i), biases[k].get, lane),
      addLane(context, graph.scaleSlot(i), scales[k].get, lane),
    ]),
  );
}

function weightsOfNode(context: CodegenContext, k: number, i: number, lane: number): Code {
  const { x, delta, factor, product, multiplyAdd, stretchesOf, gradient, constant } = context;
  return [
    factor.set(splat(delta[k], lane)),
    stretchesOf(i).map(({ group, lane: from, count, firstSlot }) => {
      if (constant(firstSlot) !== undefined) return [];
      if (from !== undefined) return addLane(context, firstSlot, mul(factor.get, x[group].get), from);
      return [
        product.set(multiplyAdd(factor.get, x[group].get, loadFirst(count, gradient(firstSlot)))),
        storeFirst(count, gradient(firstSlot), product),
      ];
    }),
  ];
}

function weightsOfColumns(context: CodegenContext, k: number): Code {
  const { product, columnsOf, constant } = context;
  const columns = columnsOf(k);
  const isTrained = (slot: number) => constant(slot) === undefined;
  if (!columns.some(({ weightSlots }) => weightSlots.some(isTrained))) return [];
  const { code, deltas } = edgeDeltas(context, k);
  return [
    code,
    columns.map((column, e) =>
      column.weightSlots.some(isTrained)
        ? [
            product.set(mul(deltas[e].get, valueOf(context, column))),
            column.weightSlots.map((slot, lane) => addLane(context, slot, product.get, lane)),
          ]
        : [],
    ),
  ];
}

/** Adds a lane to the gradient of a slot, unless the slot is a constant. */
function addLane({ constant, gradient }: CodegenContext, slot: number, value: Code, lane: number): Code {
  if (constant(slot) !== undefined) return [];
  return scalar.store(gradient(slot), scalar.add(scalar.load(gradient(slot)), extract(value, lane)));
}
