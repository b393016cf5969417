/** The update of the parameters: one pass over the parameter vector, four parameters at a time. */
import { type Assembler, type Callable, type Code, control, f32x4, i32, int, v128 } from '../assembler.js';
import { header, word } from '../memory-map.js';
import { whileStepFits } from './loops.js';
import { optimizerKernels } from './optimizers/index.js';
import type { OptimizerKernel, OptimizerKernels, VectorElements } from './optimizers/kernel.js';
import { plain } from './optimizers/sgd.js';

const { mul, load, store } = f32x4;

/** All kernels, plain gradient descent first. A kernel's number is its index in this list, counted from 1. */
const kernels: readonly OptimizerKernel[] = [
  ...new Set([plain, ...Object.values<OptimizerKernels>(optimizerKernels).flatMap(({ kernels }) => kernels)]),
];

/** The kernel number for "no update": the optimizer runs in JavaScript. */
export const noOptimizer = 0;
export const optimizerNumber = (kernel: OptimizerKernel): number => 1 + kernels.indexOf(kernel);
export const plainDescent = optimizerNumber(plain);

/**
 * Emits a function that takes the number of a kernel, the range to update (two byte offsets in the parameter
 * vector) and, with several threads, the address of the word that records the progress. The range can include the
 * padding after the last parameter, up to a whole cache line.
 */
export function optimizerKernel(module: Assembler, shared: boolean): Callable {
  const updates = kernels.map(({ scalars: names, vectors: vectorNames, emit }) =>
    module.function(undefined, [i32, i32, i32], [], ([from, to, progress], local) => {
      const address = local(i32);
      const toGradients = local(i32);
      const [p, g, meanFactor] = [local(v128), local(v128), local(v128)];
      const scalars = names.map((name) => ({ name, value: local(v128) }));
      const vectors = vectorNames.map((name) => ({ name, toVector: local(i32) }));
      const elements = vectors.map(({ name, toVector }): [string, VectorElements] => {
        const at = int.add(address.get, toVector.get);
        return [name, { get: load(at), set: (value: Code) => store(at, value) }];
      });
      return [
        scalars.map(({ value }, k) => value.set(f32x4.loadSplat(int.const(0), header.stepScalars + 4 * k))),
        meanFactor.set(f32x4.loadSplat(int.const(0), header.mean)),
        // The word `gradients` contains the distance from a parameter to its gradient.
        toGradients.set(word('gradients')),
        // The distance from a parameter to its element in optimizer vector k.
        vectors.map(({ toVector }, k) =>
          toVector.set(
            int.add(
              int.sub(word('optimizerVectors'), word('parameters')),
              int.mul(int.const(k), word('parameterBytes')),
            ),
          ),
        ),
        address.set(int.add(word('parameters'), from.get)),
        to.set(int.add(word('parameters'), to.get)),
        whileStepFits(address, to, 16, [
          p.set(load(address.get)),
          g.set(mul(meanFactor.get, load(int.add(address.get, toGradients.get)))),
          emit({
            p,
            g,
            scalars: Object.fromEntries(scalars.map(({ name, value }) => [name, value.get])),
            vectors: Object.fromEntries(elements),
            local: () => local(v128),
          }),
          store(address.get, p.get),
          // A terminated thread stops between two iterations of the loop, so its recorded progress is accurate.
          shared ? int.store(progress.get, int.add(address.get, int.const(16))) : [],
        ]),
      ];
    }),
  );
  return module.function(shared ? 'optimize' : undefined, [i32, i32, i32, i32], [], ([kernel, from, to, progress]) =>
    control.choose(kernel.get, [[], ...updates.map((update) => update(from.get, to.get, progress.get))], []),
  );
}
