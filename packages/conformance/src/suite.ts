/**
 * What any engine must do: think of a driving test that every engine takes on the same roads. Numbers are held to the
 * reference engine's within the derived {@link errorBounds}; behaviour to the contract of `Executor`.
 */
import { sigmoid } from '@nnbp/activations';
import {
  type Activation,
  type Engine,
  type Executor,
  type Graph,
  GraphBuilder,
  type Loss,
  mlp,
  NnbpError,
  type NnbpErrorCode,
  type Optimizer,
  Random,
} from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { type Bounds, errorBounds } from './error-bounds.js';
import { everyActivation, everyLoss, everyOptimizer } from './every-plugin.js';
import { articleNetwork, golden } from './golden.js';
import { randomParameters, randomSamples, type Samples } from './random-data.js';
import { randomGraph } from './random-graph.js';

/** One thing an engine must do. */
export interface ConformanceCase {
  /** What. */
  readonly name: string;
  /** Throws an error that says what is wrong. */
  run(): void;
}

/** Whole tiles, remainders of every kind, and one sample. */
const batchSizes = [1, 2, 3, 5, 8, 31, 64, 100];

/**
 * The suite for one engine: hand each case to the test runner at hand.
 *
 * @param seed - Of the random graphs. Default 1.
 *
 * @example
 * ```ts
 * import { conformance } from '@nnbp/conformance';
 * import { js } from '@nnbp/core';
 *
 * for (const { name, run } of conformance(js())) run(); // in a test runner: test(name, run)
 * ```
 */
export function conformance(engine: Engine, seed = 1): ConformanceCase[] {
  const one = (name: string, run: () => void): ConformanceCase => ({ name, run });
  const agrees = (
    name: string,
    draw: (random: Random) => Graph,
    loss = mse(),
    target?: Parameters<typeof randomSamples>[3],
  ) =>
    one(name, () => {
      const random = new Random(seed);
      for (const samples of batchSizes) {
        const graph = draw(random);
        const parameters = randomParameters(graph, random);
        expectConformance(engine, graph, parameters, randomSamples(graph, random, samples, target), loss);
      }
    });
  return [
    one('golden numbers', () => expectGolden(engine)),
    ...batchSizes.map((samples) =>
      one(`random graphs, batches of ${samples}`, () => {
        const random = new Random(seed + samples);
        for (let n = 0; n < 12; n++) {
          const graph = randomGraph(random, { nodes: n < 8 ? 40 : 150 });
          const parameters = randomParameters(graph, random);
          expectConformance(engine, graph, parameters, randomSamples(graph, random, samples), mse());
        }
      }),
    ),
    ...[
      [1, 1],
      [2, 8, 8, 1],
      [5, 33, 17, 3],
      [70, 20, 9],
      [3, 300, 4],
    ].map((sizes) => agrees(`layers of ${sizes.join('-')}`, () => mlp(sizes, { activation: sigmoid }))),
    ...everyActivation.map((activation) =>
      agrees(`activation ${activation.name}`, (random) => mixed(random, activation)),
    ),
    ...everyLoss.map(({ loss, target, onProbabilities }) =>
      agrees(
        `loss ${loss.name}`,
        (random) =>
          randomGraph(random, {
            nodes: 30,
            ...(onProbabilities && { output: { activation: sigmoid, fixed: { c: 1 } } }),
          }),
        loss,
        target,
      ),
    ),
    agrees('weights that all edges share', sharedEverywhere),
    agrees('outputs that feed each other', outputsInARow),
    agrees('a custom activation', (random) => mixed(random, wave)),
    agrees('a custom loss', (random) => randomGraph(random, { nodes: 30 }), couplingLoss),
    ...Object.entries({ ...everyOptimizer, 'a custom optimizer': signDescent }).map(([name, make]) =>
      one(`optimizer ${name}, 100 steps`, () => expectSteps(engine, make, new Random(seed))),
    ),
    ...[1, 5].map((samples) =>
      one(`the Jacobian of random graphs, batches of ${samples}`, () => {
        const random = new Random(seed + samples);
        for (let n = 0; n < 3; n++) {
          const graph = randomGraph(random, { nodes: 15 });
          expectJacobian(engine, graph, randomParameters(graph, random), randomSamples(graph, random, samples));
        }
      }),
    ),
    one('one optimizer on two executors, two optimizers on one', () => expectOwnState(engine)),
    one('the same bits twice', () => expectSameBits(engine, new Random(seed))),
    one('short batches after long ones', () => expectShortBatches(engine, new Random(seed))),
    one('a step that overflows changes nothing', () => expectNothingLost(engine)),
    one('bad arguments', () => expectErrors(engine)),
  ];
}

/**
 * Holds one pass of an engine to the reference engine: outputs, loss, every node's x, slope and dloss/dx for every
 * sample, every gradient.
 *
 * @throws Error naming the first number outside its bound
 */
export function expectConformance(
  engine: Engine,
  graph: Graph,
  parameters: ArrayLike<number>,
  data: Samples,
  loss: Loss,
): void {
  const executor = engine.prepare(graph, data.samples);
  executor.parameters.set(parameters);
  const bounds = errorBounds(graph, parameters, data, loss, unitOf(executor));
  const outputs = executor.predict(data.inputs, data.samples).slice();
  const mean = executor.backpropagate(data.inputs, data.targets, data.samples, loss);
  expectNear('the loss', mean, bounds.loss, bounds.lossError);
  expectCache(executor, graph, bounds, outputs);
  bounds.reference.gradients.forEach((expected, p) =>
    expectNear(`gradient ${p}`, executor.gradients[p], expected, bounds.gradientErrors[p]),
  );
  executor.dispose();
}

function expectCache(executor: Executor, graph: Graph, bounds: Bounds, outputs: ArrayLike<number>): void {
  bounds.samples.forEach((errors, s) => {
    const expected = bounds.reference.cache.samples[s];
    graph.ids.forEach((id, i) => {
      const place = (quantity: string) => `${quantity} of node "${id}", sample ${s}`;
      expectNear(place('x'), executor.cache.x(id, s), expected.x[i], errors.x[i]);
      expectNear(place('slope'), executor.cache.slope(id, s), expected.slope[i], errors.slope[i]);
      expectNear(place('dLossDx'), executor.cache.dLossDx(id, s), expected.dLossDx[i], errors.dLossDx[i]);
    });
    Array.from(graph.outputs).forEach((i, k) =>
      expectNear(`output ${k}, sample ${s}`, outputs[s * graph.outputs.length + k], expected.x[i], errors.x[i]),
    );
  });
}

/** Compares each row of the Jacobian with the gradient of one output of one sample. */
function expectJacobian(engine: Engine, graph: Graph, parameters: ArrayLike<number>, data: Samples): void {
  const { inputCount, parameterCount } = graph;
  const outputCount = graph.outputs.length;
  const executor = engine.prepare(graph, data.samples);
  executor.parameters.set(parameters);
  const jacobian = new Float64Array(data.samples * outputCount * parameterCount).fill(NaN);
  const outputs = executor.jacobian(data.inputs, data.samples, jacobian);
  for (let s = 0; s < data.samples; s++) {
    const inputs = data.inputs.slice(s * inputCount, (s + 1) * inputCount);
    const sample = { samples: 1, inputs, targets: new Float64Array(outputCount) };
    for (let k = 0; k < outputCount; k++) {
      const row = s * outputCount + k;
      const loss: Loss = {
        name: 'output',
        value: (x) => x[k],
        derivative: (_x, _t, dLossDx) => dLossDx.fill(0).fill(1, k, k + 1),
      };
      const bounds = errorBounds(graph, parameters, sample, loss, unitOf(executor));
      expectNear(`output ${k}, sample ${s}`, outputs[row], bounds.loss, bounds.lossError);
      bounds.reference.gradients.forEach((expected, p) => {
        const found = jacobian[row * parameterCount + p];
        expectNear(`dx_${k}/dp of parameter ${p}, sample ${s}`, found, expected, bounds.gradientErrors[p]);
      });
    }
  }
  executor.dispose();
}

/** The unit roundoff of the engine's numbers. */
const unitOf = ({ parameters }: Executor) => (parameters instanceof Float32Array ? 2 ** -24 : 2 ** -53);

/** Below this, float32 numbers lose digits and engines may flush them to zero. */
const tiny = 2 ** -120;

function expectNear(what: string, found: number, expected: number, bound: number): void {
  if (!(Math.abs(found - expected) <= bound + tiny)) {
    throw new Error(
      `${what}: found ${found}, expected ${expected} within ${bound.toExponential(1)}; ` +
        `it is ${Math.abs(found - expected).toExponential(1)} away.`,
    );
  }
}

function expectGolden(engine: Engine): void {
  const { graph, parameters } = articleNetwork();
  const single = parameters.vector.map(Math.fround);
  for (const run of golden.runs) {
    const data = {
      samples: 1,
      inputs: Float64Array.of(Number(run.input)),
      targets: Float64Array.of(Number(run.target)),
    };
    expectConformance(engine, graph, single, data, mse());
    // And the decimal strings themselves, whose parameters are rounded once on the way into float32.
    const executor = engine.prepare(graph, 1);
    executor.parameters.set(parameters.vector);
    const loss = executor.backpropagate(data.inputs, data.targets, 1, mse());
    const close = 64 * unitOf(executor);
    const expectGoldenNumber = (what: string, found: number, digits: string) =>
      expectNear(what, found, Number(digits), close * Math.max(1, Math.abs(Number(digits))));
    expectGoldenNumber('the loss', loss, run.loss);
    for (const [id, node] of Object.entries(run.nodes)) {
      expectGoldenNumber(`x of node ${id}`, executor.cache.x(id), node.x);
      expectGoldenNumber(`dLossDx of node ${id}`, executor.cache.dLossDx(id), node.dloss_dx);
    }
    executor.dispose();
  }
}

/**
 * 100 steps beside the reference engine, which takes over the engine's parameters and its optimizer's state before
 * each: so the error does not pile up, and the state is held to be true all along. What a gradient's bound becomes in
 * the update is found by giving the optimizer the gradient at both ends of its bound.
 */
function expectSteps(engine: Engine, make: () => Optimizer, random: Random): void {
  const graph = mlp([4, 9, 3], { activation: sigmoid });
  const data = randomSamples(graph, random, 6);
  const optimizer = make();
  const executor = engine.prepare(graph, data.samples);
  executor.parameters.set(randomParameters(graph, random));
  const unit = unitOf(executor);
  for (let n = 0; n < 100; n++) {
    const before = Float64Array.from(executor.parameters);
    const state = optimizer.state();
    const { reference, gradientErrors, loss, lossError } = errorBounds(graph, before, data, mse(), unit);
    const updated = [0, -1, 1].map((side) => {
      const other = make();
      other.restore(state);
      const after = before.slice();
      other.step(
        after,
        reference.gradients.map((gradient, p) => gradient + side * gradientErrors[p]),
      );
      return after;
    });
    const mean = executor.step(data.inputs, data.targets, data.samples, mse(), optimizer);
    expectNear(`the loss before step ${n}`, mean, loss, lossError);
    for (let p = 0; p < before.length; p++) {
      const [here, low, high] = updated.map((after) => after[p]);
      const spread = 1.1 * Math.max(Math.abs(low - here), Math.abs(high - here));
      const rounding = 16 * unit * (Math.abs(before[p]) + Math.abs(here - before[p]));
      expectNear(`parameter ${p} after step ${n}`, executor.parameters[p], here, spread + rounding);
    }
  }
  executor.dispose();
}

/** State belongs to the optimizer, not to the executor it was last used with. */
function expectOwnState(engine: Engine): void {
  const graph = mlp([2, 3, 1], { activation: sigmoid });
  const random = new Random(1);
  const parameters = randomParameters(graph, random);
  const data = randomSamples(graph, random, 4);
  const make = () => sgd({ learningRate: 0.1, momentum: 0.9 });
  const step = (executor: Executor, optimizer: Optimizer) =>
    executor.step(data.inputs, data.targets, data.samples, mse(), optimizer);
  const prepared = () => {
    const executor = engine.prepare(graph, data.samples);
    executor.parameters.set(parameters);
    return executor;
  };
  const momentum = (optimizer: Optimizer) => optimizer.state().vectors.momentum.join();

  const [alone, first, second] = [prepared(), prepared(), prepared()];
  const [a, b, c] = [make(), make(), make()];
  step(alone, a);
  step(alone, a);
  // The same two steps, but the second on another executor, and another optimizer in between on the first.
  step(first, b);
  second.parameters.set(first.parameters);
  step(first, c);
  step(second, b);
  if (momentum(a) !== momentum(b)) throw new Error('The optimizer lost its momentum on the way to another executor.');
  first.dispose();
  second.dispose();
  if (momentum(a) !== momentum(b)) throw new Error('The optimizer lost its momentum with the executor.');
  step(alone, b);
  alone.dispose();
}

function expectSameBits(engine: Engine, random: Random): void {
  const graph = randomGraph(random, { nodes: 80 });
  const parameters = randomParameters(graph, random);
  const data = randomSamples(graph, random, 7);
  const [one, two] = [0, 1].map(() => {
    const executor = engine.prepare(graph, data.samples);
    executor.parameters.set(parameters);
    const optimizer = everyOptimizer.adam();
    for (let n = 0; n < 5; n++) executor.step(data.inputs, data.targets, data.samples, mse(), optimizer);
    const result = executor.parameters.slice();
    executor.dispose();
    return result;
  });
  const p = one.findIndex((value, k) => !Object.is(value, two[k]));
  if (p >= 0) throw new Error(`Parameter ${p}: found ${one[p]} once and ${two[p]} the second time.`);
}

function expectShortBatches(engine: Engine, random: Random): void {
  const graph = randomGraph(random, { nodes: 60 });
  const parameters = randomParameters(graph, random);
  const executor = engine.prepare(graph, 9);
  executor.parameters.set(parameters);
  const optimizer = sgd({ learningRate: 0.1 });
  for (const samples of [9, 1, 6, 9, 2]) {
    const data = randomSamples(graph, random, samples);
    const bounds = errorBounds(graph, parameters, data, mse(), unitOf(executor));
    const mean = executor.backpropagate(data.inputs, data.targets, samples, mse());
    expectNear(`the loss of ${samples} samples`, mean, bounds.loss, bounds.lossError);
    bounds.reference.gradients.forEach((expected, p) =>
      expectNear(`gradient ${p} of ${samples} samples`, executor.gradients[p], expected, bounds.gradientErrors[p]),
    );
    // A pass over other samples in between is not to change what a step over these does.
    executor.backpropagate(data.inputs, data.targets, 1, mse());
    executor.step(data.inputs, data.targets, samples, mse(), optimizer);
    bounds.reference.gradients.forEach((gradient, p) => {
      const rounding = 4 * unitOf(executor) * Math.abs(parameters[p]);
      const bound = 0.1 * bounds.gradientErrors[p] + rounding;
      expectNear(
        `parameter ${p} after ${samples} samples`,
        executor.parameters[p],
        parameters[p] - 0.1 * gradient,
        bound,
      );
    });
    executor.parameters.set(parameters);
  }
  executor.dispose();
}

/** Overflow in the loss, in a gradient and in the update: each returns what is not finite and leaves all as it was. */
function expectNothingLost(engine: Engine): void {
  const graph = mlp([2, 3, 1], { activation: everyActivation.find(({ name }) => name === 'identity')! });
  const executor = engine.prepare(graph, 2);
  const huge = executor.parameters instanceof Float32Array ? 1e30 : 1e200;
  const tries: [what: string, weight: number, optimizer: Optimizer][] = [
    ['the loss', huge, sgd({ learningRate: 0.1 })],
    ['the update', 1, sgd({ learningRate: huge ** 1.5 })],
    ['the update with momentum', 1, sgd({ learningRate: huge ** 1.5, momentum: 0.5 })],
  ];
  for (const [what, weight, optimizer] of tries) {
    executor.parameters.fill(weight);
    const mean = executor.step(
      Float64Array.of(1, 2, 3, 4).map((v) => v * 1e4),
      Float64Array.of(0, 0),
      2,
      mse(),
      optimizer,
    );
    if (Number.isFinite(mean)) throw new Error(`${what} overflowed, and step returned ${mean}.`);
    const changed = executor.parameters.findIndex((value) => value !== Math.fround(weight) && value !== weight);
    if (changed >= 0)
      throw new Error(`${what} overflowed, and parameter ${changed} became ${executor.parameters[changed]}.`);
  }
  executor.dispose();
}

function expectErrors(engine: Engine): void {
  const graph = mlp([2, 3, 1], { activation: sigmoid });
  expectError('OUT_OF_RANGE', () => engine.prepare(graph, 0));
  expectError('OUT_OF_RANGE', () => engine.prepare(graph, 1.5));
  const executor = engine.prepare(graph, 2);
  const [two, four] = [new Float64Array(2), new Float64Array(4)];
  expectError('OUT_OF_RANGE', () => executor.predict(four, 3));
  expectError('OUT_OF_RANGE', () => executor.predict(four, 0));
  expectError('WRONG_LENGTH', () => executor.predict(two, 2));
  expectError('WRONG_LENGTH', () => executor.backpropagate(four, two.subarray(1), 2, mse()));
  expectError('UNKNOWN_ID', () => executor.cache.x('nobody'));
  expectError('OUT_OF_RANGE', () => executor.cache.x('input.0', 2));
  executor.dispose();
  executor.dispose();
  expectError('DISPOSED', () => executor.predict(four, 2));
  expectError('DISPOSED', () => executor.step(four, two, 2, mse(), sgd({ learningRate: 0.1 })));
}

function expectError(code: NnbpErrorCode, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (error instanceof NnbpError && error.code === code) return;
    throw new Error(`Expected an NnbpError ${code}, received ${String(error)}.`, { cause: error });
  }
  throw new Error(`Expected an NnbpError ${code}, and nothing was thrown.`);
}

/** A dense layer, a sparse one, and an output of the given activation. */
function mixed(random: Random, activation: Activation): Graph {
  const builder = new GraphBuilder();
  const inputs = ['a', 'b', 'c'].map((id) => builder.input(id));
  const dense = builder.layer(6, { name: 'dense', from: inputs, activation });
  const sparse = [0, 1, 2, 3].map((k) => {
    const from = [...inputs, ...dense].filter(() => random.uniform() < 0.4);
    return builder.node(`sparse ${k}`, { from, activation, fixed: k < 2 ? { c: 1 } : {} });
  });
  builder.output(builder.node('out', { from: [...dense, ...sparse], activation }));
  return builder.build();
}

function sharedEverywhere(): Graph {
  const builder = new GraphBuilder();
  const ids = ['a', 'b', 'c'].map((id) => builder.input(id));
  for (let k = 0; k < 6; k++) {
    const from = ids.slice(-3);
    const shared = Object.fromEntries(from.map((id, n) => [id, `w ${n}`]));
    ids.push(builder.node(`node ${k}`, { from, activation: sigmoid, shared }));
  }
  builder.output(ids[ids.length - 1]);
  return builder.build();
}

function outputsInARow(): Graph {
  const builder = new GraphBuilder();
  let before = builder.input('in');
  builder.output(before);
  for (let k = 0; k < 5; k++) {
    before = builder.node(`node ${k}`, { from: [before], activation: sigmoid });
    builder.output(before);
  }
  return builder.build();
}

/** Nobody's built-in. */
const wave: Activation = {
  name: 'wave',
  value: (h) => h / 2 + Math.sin(h) / 4,
  derivative: (h) => 0.5 + Math.cos(h) / 4,
};

/** Outputs matter together: half the square of what their sum lacks. */
const couplingLoss: Loss = {
  name: 'coupling',
  value: (x, t) => missing(x, t) ** 2 / 2,
  derivative(x, t, dLossDx) {
    dLossDx.fill(-missing(x, t));
  },
};

function missing(x: ArrayLike<number>, t: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += t[k] - x[k];
  return sum;
}

/** Steps of one size, with a count for a state. */
function signDescent(): Optimizer {
  let steps = 0;
  return {
    name: 'sign descent',
    step(parameters, gradients) {
      steps++;
      for (let p = 0; p < parameters.length; p++) parameters[p] -= (0.01 / steps) * Math.sign(gradients[p]);
    },
    state: () => ({ name: 'sign descent', numbers: { steps }, vectors: {} }),
    restore: ({ numbers }) => void (steps = numbers.steps),
  };
}
