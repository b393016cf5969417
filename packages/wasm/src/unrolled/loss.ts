/**
 * Case 1 of backpropagation (dloss/dx of the outputs) in unrolled code. Short elementwise losses are inlined. The
 * inlined code computes dloss/dx for all outputs of a group (up to four nodes) at once. The kernels of other losses are
 * called with one row per output.
 */
import { type Callable, type Code, control, double, f32x4, i32x4, int, type Local, scalar } from '../assembler.js';
import { lossKernels } from '../kernels/losses/index.js';
import type { ElementwiseLossKernel } from '../kernels/losses/kernel.js';
import { ifKnown } from '../kernels/losses/rows.js';
import { laneSum } from '../kernels/loops.js';
import { header } from '../memory-map.js';
import { type CodegenContext, gather, splat } from './codegen-context.js';

const { mul, store, loadLane, loadSplat } = f32x4;

const inlined = ['mse', 'mae', 'huber'] as const;

/**
 * If this is added to the number of a loss (its index in `lossKernels`), the kernel of the loss is called, even if
 * there is inlined code for this loss. Needed for sample weights, which the inlined code ignores.
 */
export const calledLoss = 1024;

/** Sets every group's dLossDx: case 1 in the lanes of outputs, 0 in all others. Writes the loss to the header. */
export function caseOne(context: CodegenContext, lossOf: Callable, loss: Local): Code {
  const numberOf = (name: (typeof inlined)[number]) => int.const(Object.keys(lossKernels).indexOf(name));
  return [
    context.dLossDx.map((group) => group.set(f32x4.const(0))),
    inlined.reduceRight<Code>(
      (otherwise, name) =>
        control.when(
          int.eq(loss.get, numberOf(name)),
          inline(context, lossKernels[name] as ElementwiseLossKernel),
          otherwise,
        ),
      callKernel(context, lossOf, loss),
    ),
  ];
}

const targetAt = ({ targets }: CodegenContext, k: number): Code => int.add(targets.get, int.const(4 * k));

function inline(context: CodegenContext, { options = [], reduction, emit }: ElementwiseLossKernel): Code {
  const { graph, groups, rowOf, x, dLossDx, multiplyAdd, local } = context;
  const [t, derivative, value, sum] = Array.from({ length: 4 }, local);
  const share = f32x4.const(reduction === 'mean' ? 1 / graph.outputs.length : 1);
  const values = Object.fromEntries(
    options.map((name, k) => [name, loadSplat(int.const(0), header.lossOptions + 4 * k)]),
  );
  const outputs = Array.from(graph.outputs, (i, k) => ({ group: rowOf[i] >> 2, lane: rowOf[i] & 3, k }));
  const outputsOfGroups = groups.map((_, g) => outputs.filter(({ group }) => group === g));
  return [
    sum.set(f32x4.const(0)),
    outputsOfGroups.map((groupOutputs, g) => {
      if (groupOutputs.length === 0) return [];
      const lanes = [0, 1, 2, 3].map((lane) => groupOutputs.find((output) => output.lane === lane));
      const mask = i32x4.lanes(lanes.map((output) => (output ? -1 : 0)));
      const isWhole = groupOutputs.length === 4;
      const masked = (value: Code): Code => (isWhole ? value : i32x4.and(value, mask));
      return [
        // Targets are loaded one by one, because they were just stored one by one; see `forward` in forward.ts.
        t.set(gather(lanes.map((output) => output && targetAt(context, output.k)))),
        emit({ multiplyAdd, local }, x[g], t, derivative, value, values),
        dLossDx[g].set(masked(mul(ifKnown(derivative, t), share))),
        sum.set(f32x4.add(sum.get, masked(ifKnown(value, t)))),
      ];
    }),
    double.store(int.const(header.loss), double.fromScalar(scalar.mul(laneSum(sum), f32x4.extract(share, 0)))),
  ];
}

/**
 * Writes each output to a row, from which predictions and losses read it. Only one lane of the row is used. All four
 * lanes are written, since they are soon read as a vector, and a processor can forward the data of only one store to a
 * load.
 */
export const storeOutputs = ({ graph, rowOf, outputRow, x }: CodegenContext): Code =>
  Array.from(graph.outputs, (i, k) => store(outputRow(k), splat(x[rowOf[i] >> 2], rowOf[i] & 3)));

function callKernel(context: CodegenContext, lossOf: Callable, loss: Local): Code {
  const { graph, rowOf, layout, outputRow, dLossDx } = context;
  const targetRow = (k: number) => int.const(layout.targetRows + k * layout.rowBytes);
  return [
    storeOutputs(context),
    Array.from(graph.outputs, (_, k) => store(targetRow(k), loadSplat(targetAt(context, k)))),
    double.store(int.const(header.loss), lossOf(int.and(loss.get, int.const(calledLoss - 1)))),
    Array.from(graph.outputs, (i, k) => {
      const group = dLossDx[rowOf[i] >> 2];
      return group.set(loadLane(rowOf[i] & 3, outputRow(k), group.get, layout.toDLossDx));
    }),
  ];
}
