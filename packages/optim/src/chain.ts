/** Applies gradient transforms before an optimizer: `chain(clipByNorm(1), adam())`. */
import { type Builtin, type BuiltinOptimizer, type FloatArray, NnbpError, type Optimizer } from '@nnbp/core';

/** A transform of the gradient, applied before the optimizer uses it. */
export interface GradientTransform {
  /** The name, in error messages and as part of the chain's name. */
  readonly name: string;
  /** Changes `gradients` in place. Must not change `parameters`, which has the same length. */
  transform(gradients: FloatArray, parameters: FloatArray): void;
  /** The name and options of a built-in transform, so that an engine can run it. */
  readonly builtin?: Builtin;
}

/**
 * Creates an optimizer that first applies the transforms to the gradient, from left to right.
 *
 * @throws NnbpError `UNSUPPORTED` (`lbfgs` and `levenbergMarquardt`, which evaluate the loss themselves)
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
  if (last.iterate !== undefined) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${name}: ${last.name} evaluates the loss itself, so its gradients cannot be transformed. Use ${last.name} alone.`,
    );
  }
  const builtins = transforms.flatMap(({ builtin }) => builtin ?? []);
  return {
    name,
    ...(last.fullBatch && { fullBatch: true }),
    ...(last.builtin && builtins.length === transforms.length && { builtin: withTransforms(last.builtin, builtins) }),
    step(parameters, gradients) {
      for (const each of transforms) each.transform(gradients, parameters);
      last.step(parameters, gradients);
    },
    state: () => ({ name, numbers: {}, vectors: {}, parts: [last.state()] }),
    restore(state) {
      if (state.name !== name || state.parts?.length !== 1) {
        throw new NnbpError('WRONG_STATE', `${name} cannot resume from this state of ${state.name}.`);
      }
      last.restore(state.parts[0]);
    },
    ...(last.observe && { observe: last.observe.bind(last) }),
  };
}

/**
 * Returns an object that has the transforms of the chain and reads all other properties from `builtin`.
 */
function withTransforms(builtin: BuiltinOptimizer, transforms: readonly Builtin[]): BuiltinOptimizer {
  return Object.create(builtin, {
    transforms: { value: [...transforms, ...(builtin.transforms ?? [])] },
  }) as BuiltinOptimizer;
}
