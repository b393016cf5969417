/**
 * Compares an engine with the reference engine on sequences. The graphs can have delays, aggregations, and fixed and
 * shared parameters.
 */
import {
  type Engine,
  type Executor,
  type Graph,
  type Loss,
  NnbpError,
  type PassOptions,
  type Random,
  reference,
  rowsOf,
  type SampleCounts,
} from '@nnbp/core';
import { sgd } from '@nnbp/optim';
import { expectNear, unitOf } from './compare.js';
import { randomParameters, randomSamples } from './random-data.js';

/** The results of a pass, by quantity. */
type Results = Readonly<Record<string, ArrayLike<number>>>;

interface Pass {
  readonly parameters: Float64Array;
  readonly counts: SampleCounts & ArrayLike<number>;
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  /** The sample weights. */
  readonly weights: Float64Array;
  readonly state: Float64Array;
  readonly loss: Loss;
}

/** The number of runs of the reference engine with perturbed numbers. */
const perturbations = 6;
/** The safety factor for the largest change in these runs. */
const safety = 64;

/**
 * Compares the outputs, state, loss, gradients, Jacobian, cache and training steps on random sequences. The allowed
 * error follows from how much the results of the reference engine change if parameters, inputs and states are perturbed
 * by rounding errors. An engine that does not support the graph must reject it.
 *
 * @param counts - The number of samples at each step.
 * @throws Error that names the first number that is outside its bound
 */
export function expectSequences(
  engine: Engine,
  graph: Graph,
  random: Random,
  counts: readonly number[],
  loss: Loss,
): void {
  if (engine.supports(graph).length > 0) {
    expectRejected(engine, graph, counts);
    return;
  }
  const rows = rowsOf(counts).count;
  const weights = Float64Array.from({ length: rows }, (_, r) => (r === 0 ? 1 : Math.floor(3 * random.uniform())));
  const state = Float64Array.from({ length: counts[0] * graph.stateSize }, () => Math.fround(random.uniform() - 0.5));
  const pass = {
    parameters: randomParameters(graph, random),
    counts,
    ...randomSamples(graph, random, rows),
    weights,
    state,
    loss,
  };
  const executor = engine.prepare(graph, counts[0], counts.length);
  const unit = unitOf(executor);
  const actual = run(executor, graph, pass);
  executor.dispose();
  const prepareReference = () => reference().prepare(graph, counts[0], counts.length);
  const expected = run(prepareReference(), graph, pass);
  const perturbed = (values: Float64Array) =>
    values.map((value) => value * (1 + 2 * unit * (2 * random.uniform() - 1)));
  const others = Array.from({ length: perturbations }, () =>
    run(prepareReference(), graph, {
      ...pass,
      parameters: perturbed(pass.parameters),
      inputs: perturbed(pass.inputs),
      state: perturbed(pass.state),
    }),
  );
  for (const [what, values] of Object.entries(expected)) {
    const largest = Array.from(values).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    for (let k = 0; k < values.length; k++) {
      const change = Math.max(...others.map((other) => Math.abs(other[what][k] - values[k])));
      expectNear(`${what}[${k}]`, actual[what][k], values[k], safety * (change + unit * largest));
    }
  }
}

function run(executor: Executor, graph: Graph, pass: Pass): Results {
  const { counts, inputs, targets, weights, loss } = pass;
  executor.parameters.set(pass.parameters);
  const state = pass.state.slice();
  const outputs = executor.predict(inputs, counts, { state }).slice(0, targets.length);
  const jacobian = new Float64Array(targets.length * graph.parameterCount);
  executor.jacobian(inputs, counts, jacobian, { state: pass.state.slice() });
  const mean = executor.backpropagate(inputs, targets, counts, loss, { weights, state: pass.state.slice() });
  const cache = (quantity: 'x' | 'slope' | 'dLossDx') =>
    graph.ids.flatMap((id) =>
      Array.from(counts).flatMap((count, t) =>
        Array.from({ length: count }, (_, s) => executor.cache[quantity](id, s, t)),
      ),
    );
  const stepped = (options: PassOptions): Float64Array => {
    executor.parameters.set(pass.parameters);
    const mean = executor.step(inputs, targets, counts, loss, sgd({ learningRate: 0.01 }), options);
    return Float64Array.of(mean, ...executor.parameters);
  };
  return {
    outputs,
    'state after the last step': state,
    Jacobian: jacobian,
    loss: [mean],
    gradients: executor.gradients.slice(),
    x: cache('x'),
    slope: cache('slope'),
    dLossDx: cache('dLossDx'),
    'loss and parameters of a training step': stepped({ state: pass.state.slice() }),
    'loss and parameters of a training step with sample weights': stepped({ weights, state: pass.state.slice() }),
  };
}

function expectRejected(engine: Engine, graph: Graph, counts: readonly number[]): void {
  try {
    engine.prepare(graph, counts[0], counts.length).dispose();
  } catch (error) {
    if (error instanceof NnbpError && error.code === 'UNSUPPORTED') return;
    throw error;
  }
  throw new Error(
    'prepare: expected the error UNSUPPORTED, since `supports` returned reasons, but the graph was prepared.',
  );
}
