/** Gradient transforms, which change the mean gradient before the update. */
import type { TransformName } from '@nnbp/optim';
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  double,
  f32x4,
  f64,
  f64x2,
  i32,
  int,
  scalar,
  v128,
} from '../assembler.js';
import { normBlock, word } from '../memory-map.js';
import { signOf } from './elementary.js';
import { whileStepFits } from './loops.js';

/** A transform without `elementwise` limits the norm of the gradient. */
interface TransformKernel {
  readonly option: string;
  /** Transforms the gradients `g` of four parameters `p`. The returned code can use an argument several times. */
  readonly elementwise?: (g: Code, p: Code, option: Code) => Code;
}

const { add, load, mul, neg, pmax, pmin, store } = f32x4;

export const transformKernels = {
  clipByNorm: { option: 'limit' },
  clipByValue: { option: 'limit', elementwise: (g, _, limit) => pmin(pmax(g, neg(limit)), limit) },
  l1Penalty: { option: 'rate', elementwise: (g, p, rate) => add(g, mul(rate, signOf(p))) },
  decayWeights: { option: 'rate', elementwise: (g, p, rate) => add(g, mul(rate, p)) },
} satisfies Readonly<Record<TransformName, TransformKernel>>;

/** The kernel number of the transform that limits the norm. `squareSums` must run before it. */
export const normNumber = Object.keys(transformKernels).indexOf('clipByNorm');

/** The address of the first gradient. */
const gradientsStart = int.add(word('parameters'), word('gradients'));
/** The number of blocks of the gradient. The squares of each block are summed separately. */
export const normBlocks = int.divU(int.add(word('parameterBytes'), int.const(normBlock - 1)), int.const(normBlock));

/**
 * Emits a function that applies one transform. It takes the transform's kernel number, the address of the transform's
 * option, and the start and end of a range of the gradient, as offsets in bytes.
 */
export function transformKernel(module: Assembler): Callable {
  const functions = Object.values<TransformKernel>(transformKernels).map(({ elementwise }) =>
    module.function(undefined, [i32, i32, i32], [], ([optionAt, from, to], local) => {
      const each = (value: Code): Code => [
        from.set(int.add(gradientsStart, from.get)),
        to.set(int.add(gradientsStart, to.get)),
        whileStepFits(from, to, 16, store(from.get, value)),
      ];
      if (elementwise) {
        const [option, toGradients] = [local(v128), local(i32)];
        return [
          option.set(f32x4.loadSplat(optionAt.get)),
          // The distance from a parameter to its gradient.
          toGradients.set(word('gradients')),
          each(elementwise(load(from.get), load(int.sub(from.get, toGradients.get)), option.get)),
        ];
      }
      const [block, norm, limit, factor] = [local(i32), local(f64), local(f64), local(v128)];
      const sumAt = int.add(word('squareSums'), int.shl(block.get, int.const(3)));
      return [
        limit.set(double.fromScalar(scalar.load(optionAt.get))),
        // The sums are added in the order of the blocks, so the norm is bit-identical with any number of threads.
        control.count(
          block,
          int.const(0),
          normBlocks,
          int.const(1),
          norm.set(double.add(norm.get, double.load(sumAt))),
        ),
        norm.set(double.sqrt(norm.get)),
        control.when(double.lt(limit.get, norm.get), [
          factor.set(f32x4.splat(double.toScalar(double.div(limit.get, norm.get)))),
          each(mul(factor.get, load(from.get))),
        ]),
      ];
    }),
  );
  return module.function(undefined, [i32, i32, i32, i32], [], ([transform, optionAt, from, to]) =>
    control.choose(
      transform.get,
      functions.map((apply) => apply(optionAt.get, from.get, to.get)),
      [],
    ),
  );
}

/** Emits a function that sums the squares of the gradients in each block from `block` to `end` − 1, in float64. */
export function squareSums(module: Assembler): Callable {
  return module.function(undefined, [i32, i32], [], ([block, end], local) => {
    const [at, blockEnd, gradientsEnd] = [local(i32), local(i32), local(i32)];
    const [g, sum] = [local(v128), local(v128)];
    const pair = (g: Code): Code => f64x2.fromSingles(g);
    const addSquares = (value: Code): Code => sum.set(f64x2.add(sum.get, f64x2.mul(value, value)));
    return control.count(block, block.get, end.get, int.const(1), [
      gradientsEnd.set(int.add(gradientsStart, word('parameterBytes'))),
      at.set(int.add(gradientsStart, int.mul(block.get, int.const(normBlock)))),
      blockEnd.set(int.add(at.get, int.const(normBlock))),
      control.when(int.gtU(blockEnd.get, gradientsEnd.get), blockEnd.set(gradientsEnd.get)),
      sum.set(f64x2.const(0)),
      whileStepFits(at, blockEnd, 16, [
        g.set(load(at.get)),
        addSquares(pair(g.get)),
        addSquares(pair(f32x4.shuffle(g.get, g.get, [2, 3, 2, 3]))),
      ]),
      double.store(
        int.add(word('squareSums'), int.shl(block.get, int.const(3))),
        double.add(f64x2.extract(sum.get, 0), f64x2.extract(sum.get, 1)),
      ),
    ]);
  });
}
