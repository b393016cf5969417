/**
 * Computes case 1 of backpropagation for all samples at once: writes dloss/dx to the output nodes' dLossDx rows and
 * returns the sum of the losses. dloss/dx is 0 in lanes without a sample. The kernels of the losses are in `losses/`,
 * one file each.
 */
import {
  type Assembler,
  type Callable,
  control,
  double,
  f32x4,
  f64,
  i32,
  int,
  type MultiplyAdd,
  scalar,
  v128,
} from '../assembler.js';
import { header, word } from '../memory-map.js';
import { laneSum, whileStepFits } from './loops.js';
import { lossKernels } from './losses/index.js';
import type { ElementwiseLossKernel, LossKernel } from './losses/kernel.js';
import { at, ifKnown, outputRows, weighted } from './losses/rows.js';

/**
 * Emits a function that takes the kernel number of a loss and returns the sum of the samples' losses.
 *
 * @param inJavaScript - Computes a loss that has no kernel.
 */
export function lossKernel(
  exportName: string | undefined,
  module: Assembler,
  multiplyAdd: MultiplyAdd,
  inJavaScript: Callable,
): Callable {
  const kernels = Object.values<LossKernel>(lossKernels).map((kernel) =>
    'emitAll' in kernel ? kernel.emitAll(module, multiplyAdd) : emitElementwise(module, multiplyAdd, kernel),
  );
  return module.function(exportName, [i32], [f64], ([loss], local) => {
    const sum = local(f64);
    return [
      control.choose(
        loss.get,
        kernels.map((kernel) => sum.set(kernel())),
        sum.set(inJavaScript()),
      ),
      sum.get,
    ];
  });
}

function emitElementwise(
  module: Assembler,
  multiplyAdd: MultiplyAdd,
  { reduction, options: names = [], emit }: ElementwiseLossKernel,
): Callable {
  return module.function(undefined, [], [f64], (_, local) => {
    const [k, xRow, dRow, tRow, column, columns] = Array.from({ length: 6 }, () => local(i32));
    const [x, t, derivative, value, rowSum, share] = Array.from({ length: 6 }, () => local(v128));
    const sum = local(f64);
    const options = names.map((name) => ({ name, value: local(v128) }));
    const values = Object.fromEntries(options.map((option) => [option.name, option.value.get]));
    return [
      columns.set(word('columns')),
      share.set(reduction === 'mean' ? f32x4.loadSplat(int.const(0), header.outputShare) : f32x4.const(1)),
      options.map((option, k) => option.value.set(f32x4.loadSplat(int.const(0), header.lossOptions + 4 * k))),
      control.count(k, int.const(0), word('outputCount'), int.const(1), [
        outputRows(k, xRow, dRow, tRow),
        rowSum.set(f32x4.const(0)),
        column.set(int.const(0)),
        whileStepFits(column, columns, 16, [
          x.set(f32x4.load(at(xRow, column))),
          t.set(f32x4.load(at(tRow, column))),
          emit({ multiplyAdd, local }, x, t, derivative, value, values),
          f32x4.store(at(dRow, column), f32x4.mul(weighted(ifKnown(derivative, t), column), share.get)),
          rowSum.set(f32x4.add(rowSum.get, weighted(ifKnown(value, t), column))),
        ]),
        sum.set(double.add(sum.get, double.fromScalar(scalar.mul(laneSum(rowSum), f32x4.extract(share.get, 0))))),
      ]),
      sum.get,
    ];
  });
}
