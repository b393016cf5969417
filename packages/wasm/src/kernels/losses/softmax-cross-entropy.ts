/**
 * Kernel of `softmaxCrossEntropy`. The largest logit is subtracted first, so that no exponential overflows:
 *
 *     loss = Σt · (m + ln Σ exp(x − m)) − Σ t x,  m = max x;   dloss/dx = softmax(x) · Σt − t
 */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  double,
  f32x4,
  f64,
  i32,
  int,
  type MultiplyAdd,
  v128,
} from '../../assembler.js';
import { word } from '../../memory-map.js';
import { exp, type KernelContext, log } from '../elementary.js';
import { laneSum, whileStepFits } from '../loops.js';
import type { LossKernel } from './kernel.js';
import { at, outputRows, weighted } from './rows.js';

export const softmaxCrossEntropy: LossKernel = { emitAll };

function emitAll(module: Assembler, multiplyAdd: MultiplyAdd): Callable {
  return module.function(undefined, [], [f64], (_, local) => {
    const [k, xRow, dRow, tRow, column, columns] = Array.from({ length: 6 }, () => local(i32));
    const [largest, expSum, tSum, txSum, x, t, e] = Array.from({ length: 7 }, () => local(v128));
    const sum = local(f64);
    const context: KernelContext = { multiplyAdd, local };
    const eachOutput = (body: Code): Code =>
      control.count(k, int.const(0), word('outputCount'), int.const(1), [outputRows(k, xRow, dRow, tRow), body]);
    return [
      columns.set(word('columns')),
      column.set(int.const(0)),
      whileStepFits(column, columns, 16, [
        largest.set(f32x4.const(-Infinity)),
        eachOutput(largest.set(f32x4.max(largest.get, f32x4.load(at(xRow, column))))),
        [expSum, tSum, txSum].map((total) => total.set(f32x4.const(0))),
        eachOutput([
          x.set(f32x4.load(at(xRow, column))),
          t.set(f32x4.load(at(tRow, column))),
          exp(context, f32x4.sub(x.get, largest.get), e),
          f32x4.store(at(dRow, column), e.get),
          expSum.set(f32x4.add(expSum.get, e.get)),
          tSum.set(f32x4.add(tSum.get, t.get)),
          // Subtract the largest logit here too, so that small differences between large logits are not lost.
          txSum.set(multiplyAdd(t.get, f32x4.sub(x.get, largest.get), txSum.get)),
        ]),
        // From here, x holds the logarithm, then the loss.
        log(context, expSum.get, x),
        x.set(weighted(f32x4.sub(f32x4.mul(tSum.get, x.get), txSum.get), column)),
        sum.set(double.add(sum.get, double.fromScalar(laneSum(x)))),
        // From here, expSum holds the factor that converts an exponential to softmax(x) · Σt.
        expSum.set(f32x4.div(tSum.get, expSum.get)),
        eachOutput(
          f32x4.store(
            at(dRow, column),
            weighted(
              f32x4.sub(f32x4.mul(f32x4.load(at(dRow, column)), expSum.get), f32x4.load(at(tRow, column))),
              column,
            ),
          ),
        ),
      ]),
      sum.get,
    ];
  });
}
