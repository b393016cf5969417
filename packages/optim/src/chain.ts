/** Transforms of the gradient, and how they are put before an optimizer: `chain(clipByNorm(1), adam())`. */
import { type FloatArray, NnbpError, type Optimizer } from '@nnbp/core';

/** Changes the gradient, in place, before the optimizer sees it. */
export interface GradientTransform {
  /** For messages and the name of the chain. */
  readonly name: string;
  /** Changes `gradients`; leaves `parameters`, of the same length. */
  transform(gradients: FloatArray, parameters: FloatArray): void;
}

/**
 * An optimizer that first sends the gradient through the transforms, from left to right.
 *
 * @example
 * ```ts
 * import { chain, clipByNorm, sgd } from '@nnbp/optim';
 *
 * const parameters = new Float64Array([0, 0]);
 * chain(clipByNorm(1), sgd({ learningRate: 1 })).step(parameters, new Float64Array([30, 40]));
 * [...parameters]; // [-0.6, -0.8]
 * ```
 */
export function chain(...parts: readonly [...GradientTransform[], Optimizer]): Optimizer {
  const transforms = parts.slice(0, -1) as readonly GradientTransform[];
  const last = parts[parts.length - 1] as Optimizer;
  const name = `chain(${parts.map((part) => part.name).join(', ')})`;
  return {
    name,
    ...(last.fullBatch && { fullBatch: true }),
    step(parameters, gradients) {
      for (const { transform } of transforms) transform(gradients, parameters);
      last.step(parameters, gradients);
    },
    state: () => ({ name, numbers: {}, vectors: {}, parts: [last.state()] }),
    restore(state) {
      if (state.name !== name || state.parts?.length !== 1) {
        throw new NnbpError('WRONG_STATE', `The state is not one of ${name}: it is of ${state.name}.`);
      }
      last.restore(state.parts[0]);
    },
    ...(last.observe && { observe: last.observe.bind(last) }),
  };
}
