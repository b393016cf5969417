/**
 * Case 1 in unrolled code. A cheap elementwise loss is computed in place, the outputs of a group side by side; any other
 * one is called with a row for each output.
 */
import { type Callable, type Code, control, double, f32x4, i32x4, int, type Local, scalar } from '../assembler.js';
import { lossKernels } from '../kernels/losses/index.js';
import type { ElementwiseLossKernel } from '../kernels/losses/kernel.js';
import { ifKnown } from '../kernels/losses/rows.js';
import { laneSum } from '../kernels/loops.js';
import { header } from '../memory-map.js';
import { type CodegenContext, gather, splat } from './codegen-context.js';

const { mul, store, loadLane, loadSplat } = f32x4;

/** The losses whose code is short enough to be in every graph's module. */
const inlined = ['mse', 'mae', 'huber'] as const;

/** Added to a loss's code: its kernel is called, for a sample with its own weight. */
export const calledLoss = 1024;

/** Sets every group's dLossDx: case 1 in the lanes of outputs, 0 in all others. Leaves the loss in the header. */
export function caseOne(context: CodegenContext, lossOf: Callable, loss: Local): Code {
  const codeOf = (name: (typeof inlined)[number]) => int.const(Object.keys(lossKernels).indexOf(name));
  return [
    context.dLossDx.map((group) => group.set(f32x4.const(0))),
    inlined.reduceRight<Code>(
      (otherwise, name) =>
        control.when(
          int.eq(loss.get, codeOf(name)),
          inline(context, lossKernels[name] as ElementwiseLossKernel),
          otherwise,
        ),
      called(context, lossOf, loss),
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
  const withOutputs = groups.map((_, g) => outputs.filter(({ group }) => group === g));
  return [
    sum.set(f32x4.const(0)),
    withOutputs.map((own, g) => {
      if (own.length === 0) return [];
      const lanes = [0, 1, 2, 3].map((lane) => own.find((output) => output.lane === lane));
      const mask = i32x4.lanes(lanes.map((output) => (output ? -1 : 0)));
      const isWhole = own.length === 4;
      const masked = (of: Code): Code => (isWhole ? of : i32x4.and(of, mask));
      return [
        // One by one, as they were written a moment ago: see `forward`.
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
 * Writes each output to a row, where predictions and losses look for it; one lane of the row counts. All four are written,
 * since they are read together a moment later, and the processor forwards only what was written in one piece.
 */
export const outputs = ({ graph, rowOf, outputRow, x }: CodegenContext): Code =>
  Array.from(graph.outputs, (i, k) => store(outputRow(k), splat(x[rowOf[i] >> 2], rowOf[i] & 3)));

/** Calls the kernel of the loss with the outputs' rows. */
function called(context: CodegenContext, lossOf: Callable, loss: Local): Code {
  const { graph, rowOf, layout, outputRow, dLossDx } = context;
  const targetRow = (k: number) => int.const(layout.targetRows + k * layout.rowBytes);
  return [
    outputs(context),
    Array.from(graph.outputs, (_, k) => store(targetRow(k), loadSplat(targetAt(context, k)))),
    double.store(int.const(header.loss), lossOf(int.and(loss.get, int.const(calledLoss - 1)))),
    Array.from(graph.outputs, (i, k) => {
      const group = dLossDx[rowOf[i] >> 2];
      return group.set(loadLane(rowOf[i] & 3, outputRow(k), group.get, layout.toDLossDx));
    }),
  ];
}
