/**
 * Compares an engine with the reference engine on graphs for which no error bounds are derived. Errors are relative to
 * the largest number of the same kind.
 */
import {
  type Engine,
  type FloatArray,
  type Graph,
  type Loss,
  type PassOptions,
  ReferenceExecutor,
  type SampleCounts,
} from '@nnbp/core';

/** The maximum error of float32 in these small graphs, relative to the largest number of the same kind. */
const tolerance = 2e-5;

/** The arguments of the pass that both engines run. */
export interface Pass {
  readonly parameters: ArrayLike<number>;
  readonly samples: SampleCounts;
  readonly inputs: FloatArray;
  readonly targets: FloatArray;
  readonly loss: Loss;
  readonly steps?: number;
  readonly options?: PassOptions;
}

/**
 * Throws unless outputs, Jacobian, loss, gradients, state and the cache's x, slope and dloss/dx are close to those of
 * the reference engine.
 */
export function expectNearReference(engine: Engine, graph: Graph, pass: Pass): void {
  const { parameters, samples, inputs, targets, loss, steps = 1, options = {} } = pass;
  const counts = typeof samples === 'number' ? [samples] : Array.from(samples);
  const run = (executor: ReturnType<Engine['prepare']>) => {
    executor.parameters.set(parameters);
    const state = options.state?.slice();
    const passOptions: PassOptions = { ...options, ...(state && { state }) };
    const { weights: _, ...predictOptions } = passOptions;
    const outputs = [...executor.predict(inputs, samples, predictOptions)].slice(0, sum(counts) * graph.outputs.length);
    const stateAfter = state ? [...state] : [];
    if (state) state.set(options.state!);
    const jacobian = new Float64Array(outputs.length * graph.parameterCount).fill(NaN);
    const outputsOfJacobian = [...executor.jacobian(inputs, samples, jacobian, predictOptions)];
    if (state) state.set(options.state!);
    const meanLoss = executor.backpropagate(inputs, targets, samples, loss, passOptions);
    const numbers: Record<string, number[]> = {
      outputs,
      outputsOfJacobian,
      jacobian: [...jacobian],
      meanLoss: [meanLoss],
      gradients: [...executor.gradients],
      stateAfter,
    };
    for (const quantity of ['x', 'slope', 'dLossDx'] as const) {
      numbers[quantity] = graph.ids.flatMap((id) =>
        counts.flatMap((count, t) => Array.from({ length: count }, (_, s) => executor.cache[quantity](id, s, t))),
      );
    }
    executor.dispose();
    return numbers;
  };
  const expected = run(new ReferenceExecutor(graph, counts[0], steps));
  const actual = run(engine.prepare(graph, counts[0], steps));
  for (const [what, values] of Object.entries(expected)) {
    const scale = values.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3);
    values.forEach((value, k) => {
      if (!(Math.abs(actual[what][k] - value) <= tolerance * scale)) {
        throw new Error(`${what}[${k}]: received ${actual[what][k]}, expected ${value} within ${tolerance * scale}.`);
      }
    });
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
