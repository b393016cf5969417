/**
 * Losses run inside: for all samples at once, case 1 into the output nodes' dLossDx rows, and the sum of the losses.
 * Lanes without a sample get dLossDx = 0, so that nothing comes of them.
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
  i32x4,
  int,
  type Local,
  type MultiplyAdd,
  scalar,
  v128,
} from '../assembler.js';
import { header, word } from '../memory-map.js';
import { exp, log, type KernelContext } from './elementary.js';
import { laneSum } from './finish.js';
import { whileRoom } from './loops.js';

/** One output's share: leaves dloss/dx (before the mean over outputs) in `derivative` and the loss in `value`. */
type VectorLoss = (shop: KernelContext, x: Local, t: Local, derivative: Local, value: Local) => Code;

const constant = f32x4.const;

/** Losses that are the mean over outputs of a function of one output, by the name a built-in gives itself. */
const elementwise: Readonly<Record<string, VectorLoss>> = {
  /** (x − t)² */
  mse: (_, x, t, derivative, value) => [
    value.set(f32x4.sub(x.get, t.get)),
    derivative.set(f32x4.add(value.get, value.get)),
    value.set(f32x4.mul(value.get, value.get)),
  ],

  /** −t ln x − (1 − t) ln(1 − x), each logarithm at least −100; dloss/dx = (x − t) / max(x (1 − x), 1e-12) */
  binaryCrossEntropy: (shop, x, t, derivative, value) => {
    const [other, lnOther, tiny] = [shop.local(v128), shop.local(v128), constant(2 ** -126)];
    // The logarithm takes normal numbers; at 0 it is −100 by definition.
    const clampedLog = (of: Code, result: Local): Code => [
      log(shop, f32x4.pmax(of, tiny), result),
      result.set(i32x4.select(result.get, constant(-100), f32x4.gt(of, constant(0)))),
    ];
    return [
      other.set(f32x4.sub(constant(1), x.get)),
      clampedLog(x.get, value),
      clampedLog(other.get, lnOther),
      value.set(
        f32x4.neg(f32x4.add(f32x4.mul(t.get, value.get), f32x4.mul(f32x4.sub(constant(1), t.get), lnOther.get))),
      ),
      derivative.set(f32x4.div(f32x4.sub(x.get, t.get), f32x4.pmax(f32x4.mul(x.get, other.get), constant(1e-12)))),
    ];
  },

  /** max(x, 0) − x t + ln(1 + exp(−|x|)); dloss/dx = sigmoid(x) − t */
  binaryCrossEntropyWithLogits: (shop, x, t, derivative, value) => {
    const e = shop.local(v128);
    return [
      exp(shop, f32x4.abs(x.get), e, -1),
      log(shop, f32x4.add(constant(1), e.get), value),
      value.set(f32x4.add(value.get, f32x4.sub(f32x4.pmax(x.get, constant(0)), f32x4.mul(x.get, t.get)))),
      exp(shop, x.get, e, -1),
      derivative.set(f32x4.sub(f32x4.div(constant(1), f32x4.add(constant(1), e.get)), t.get)),
    ];
  },
};

/** The names in the order of their codes; the last is not elementwise. */
export const lossNames = [...Object.keys(elementwise), 'softmaxCrossEntropy'];

/** The code of a custom loss, called back. */
export const customLoss = 256;

/** Called with a loss's code; leaves the sum of the samples' losses. */
export function lossKernel(module: Assembler, multiplyAdd: MultiplyAdd, custom: Callable): Callable {
  const kernels = [
    ...Object.values(elementwise).map((loss) => emitElementwise(module, multiplyAdd, loss)),
    emitSoftmax(module, multiplyAdd),
  ];
  return module.function(undefined, [i32], [f64], ([loss], local) => {
    const sum = local(f64);
    return [
      control.choose(
        loss.get,
        kernels.map((kernel) => sum.set(kernel())),
        sum.set(custom()),
      ),
      sum.get,
    ];
  });
}

/** Sets x to output k's x row, d to its dLossDx row, t to its row of targets. */
function outputRows(k: Local, x: Local, d: Local, t: Local): Code {
  return [
    x.set(int.load(int.add(word('outputX'), int.shl(k.get, int.const(2))))),
    d.set(int.add(x.get, int.sub(word('dLossDx'), word('x')))),
    t.set(int.add(word('targetRows'), int.mul(k.get, word('rowBytes')))),
  ];
}

const maskAt = (column: Local): Code => f32x4.load(int.add(word('mask'), column.get));
const at = (row: Local, column: Local): Code => int.add(row.get, column.get);

function emitElementwise(module: Assembler, multiplyAdd: MultiplyAdd, loss: VectorLoss): Callable {
  return module.function(undefined, [], [f64], (_, local) => {
    const [k, xRow, dRow, tRow, column, columns] = Array.from({ length: 6 }, () => local(i32));
    const [x, t, derivative, value, rowSum, share] = Array.from({ length: 6 }, () => local(v128));
    const sum = local(f64);
    const masked = (v: Local): Code => i32x4.and(v.get, maskAt(column));
    return [
      columns.set(word('columns')),
      share.set(f32x4.loadSplat(int.const(0), header.outputShare)),
      control.count(k, int.const(0), word('outputCount'), int.const(1), [
        outputRows(k, xRow, dRow, tRow),
        rowSum.set(constant(0)),
        column.set(int.const(0)),
        whileRoom(column, columns, 16, [
          x.set(f32x4.load(at(xRow, column))),
          t.set(f32x4.load(at(tRow, column))),
          loss({ multiplyAdd, local }, x, t, derivative, value),
          f32x4.store(at(dRow, column), f32x4.mul(masked(derivative), share.get)),
          rowSum.set(f32x4.add(rowSum.get, masked(value))),
        ]),
        sum.set(double.add(sum.get, double.fromScalar(scalar.mul(laneSum(rowSum), f32x4.extract(share.get, 0))))),
      ]),
      sum.get,
    ];
  });
}

/**
 * Softmax and cross-entropy of logits, numbers being made small by the largest first:
 *
 *     loss = Σt · (m + ln Σ exp(x − m)) − Σ t x,  m = max x;   dloss/dx = softmax(x) · Σt − t
 */
function emitSoftmax(module: Assembler, multiplyAdd: MultiplyAdd): Callable {
  return module.function(undefined, [], [f64], (_, local) => {
    const [k, xRow, dRow, tRow, column, columns] = Array.from({ length: 6 }, () => local(i32));
    const [largest, expSum, tSum, txSum, x, t, e] = Array.from({ length: 7 }, () => local(v128));
    const sum = local(f64);
    const shop: KernelContext = { multiplyAdd, local };
    const eachOutput = (body: Code): Code =>
      control.count(k, int.const(0), word('outputCount'), int.const(1), [outputRows(k, xRow, dRow, tRow), body]);
    return [
      columns.set(word('columns')),
      column.set(int.const(0)),
      whileRoom(column, columns, 16, [
        largest.set(constant(-Infinity)),
        eachOutput(largest.set(f32x4.max(largest.get, f32x4.load(at(xRow, column))))),
        [expSum, tSum, txSum].map((total) => total.set(constant(0))),
        eachOutput([
          x.set(f32x4.load(at(xRow, column))),
          t.set(f32x4.load(at(tRow, column))),
          exp(shop, f32x4.sub(x.get, largest.get), e),
          f32x4.store(at(dRow, column), e.get),
          expSum.set(f32x4.add(expSum.get, e.get)),
          tSum.set(f32x4.add(tSum.get, t.get)),
          // Relative to the largest too, so that equal large numbers do not drown the rest.
          txSum.set(multiplyAdd(t.get, f32x4.sub(x.get, largest.get), txSum.get)),
        ]),
        log(shop, expSum.get, x),
        x.set(i32x4.and(f32x4.sub(f32x4.mul(tSum.get, x.get), txSum.get), maskAt(column))),
        sum.set(double.add(sum.get, double.fromScalar(laneSum(x)))),
        expSum.set(f32x4.div(tSum.get, expSum.get)),
        eachOutput(
          f32x4.store(
            at(dRow, column),
            i32x4.and(
              f32x4.sub(f32x4.mul(f32x4.load(at(dRow, column)), expSum.get), f32x4.load(at(tRow, column))),
              maskAt(column),
            ),
          ),
        ),
      ]),
      sum.get,
    ];
  });
}
