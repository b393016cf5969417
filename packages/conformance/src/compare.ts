/** Compares the results of an engine with those of the reference engine, within the derived {@link errorBounds}. */
import { sigmoid } from '@nnbp/activations';
import { type Engine, type Executor, type Graph, type Loss, mlp, type Optimizer, type Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { type Bounds, errorBounds } from './error-bounds.js';
import { articleNetwork, golden } from './golden.js';
import { randomParameters, randomSamples, type Samples } from './random-data.js';

/**
 * Compares a pass of an engine with the same pass of the reference engine: outputs, loss, all gradients, and x, slope
 * and dloss/dx of each node and sample.
 *
 * @throws Error that names the first number that is outside its bound
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
  expectNear('loss', mean, bounds.loss, bounds.lossError);
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
      const describe = (quantity: string) => `${quantity} of node "${id}", sample ${s}`;
      expectNear(describe('x'), executor.cache.x(id, s), expected.x[i], errors.x[i]);
      expectNear(describe('slope'), executor.cache.slope(id, s), expected.slope[i], errors.slope[i]);
      expectNear(describe('dLossDx'), executor.cache.dLossDx(id, s), expected.dLossDx[i], errors.dLossDx[i]);
    });
    Array.from(graph.outputs).forEach((i, k) =>
      expectNear(`output ${k}, sample ${s}`, outputs[s * graph.outputs.length + k], expected.x[i], errors.x[i]),
    );
  });
}

/** Compares each row of the Jacobian with the gradient of one output of one sample. */
export function expectJacobian(engine: Engine, graph: Graph, parameters: ArrayLike<number>, data: Samples): void {
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
        const actual = jacobian[row * parameterCount + p];
        expectNear(`dx_${k}/dp of parameter ${p}, sample ${s}`, actual, expected, bounds.gradientErrors[p]);
      });
    }
  }
  executor.dispose();
}

/** Returns the unit roundoff of the engine's precision. */
export const unitOf = ({ parameters }: Executor) => (parameters instanceof Float32Array ? 2 ** -24 : 2 ** -53);

/** An absolute tolerance, because very small float32 numbers lose digits and engines may flush them to zero. */
const tiny = 2 ** -120;

export function expectNear(what: string, received: number, expected: number, bound: number): void {
  if (!(Math.abs(received - expected) <= bound + tiny)) {
    throw new Error(
      `${what}: expected ${expected} ± ${bound.toExponential(1)}, received ${received}; ` +
        `the error is ${Math.abs(received - expected).toExponential(1)}.`,
    );
  }
}

/** Compares a pass through the article's network with the golden numbers. */
export function expectGolden(engine: Engine): void {
  const { graph, parameters } = articleNetwork();
  const single = parameters.vector.map(Math.fround);
  for (const run of golden.runs) {
    const data = {
      samples: 1,
      inputs: Float64Array.of(Number(run.input)),
      targets: Float64Array.of(Number(run.target)),
    };
    expectConformance(engine, graph, single, data, mse());
    // The golden numbers were computed with the exact parameters, so these are set here. A float32 engine rounds them.
    const executor = engine.prepare(graph, 1);
    executor.parameters.set(parameters.vector);
    const loss = executor.backpropagate(data.inputs, data.targets, 1, mse());
    const close = 64 * unitOf(executor);
    const expectGoldenNumber = (what: string, actual: number, digits: string) =>
      expectNear(what, actual, Number(digits), close * Math.max(1, Math.abs(Number(digits))));
    expectGoldenNumber('loss', loss, run.loss);
    for (const [id, node] of Object.entries(run.nodes)) {
      expectGoldenNumber(`x of node ${id}`, executor.cache.x(id), node.x);
      expectGoldenNumber(`dLossDx of node ${id}`, executor.cache.dLossDx(id), node.dloss_dx);
    }
    executor.dispose();
  }
}

/**
 * Compares 100 steps with the reference engine. Before each step, the parameters and the optimizer's state are copied
 * to the reference engine, so that errors do not accumulate and a wrong state is detected. To find the bound after an
 * update, the optimizer also runs with the gradient minus its error bound and with the gradient plus its error bound.
 */
export function expectSteps(engine: Engine, make: () => Optimizer, random: Random): void {
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
      const otherOptimizer = make();
      otherOptimizer.restore(state);
      const after = before.slice();
      otherOptimizer.step(
        after,
        reference.gradients.map((gradient, p) => gradient + side * gradientErrors[p]),
      );
      return after;
    });
    const mean = executor.step(data.inputs, data.targets, data.samples, mse(), optimizer);
    expectNear(`loss before step ${n}`, mean, loss, lossError);
    for (let p = 0; p < before.length; p++) {
      const [expected, low, high] = updated.map((after) => after[p]);
      const spread = 1.1 * Math.max(Math.abs(low - expected), Math.abs(high - expected));
      const rounding = 16 * unit * (Math.abs(before[p]) + Math.abs(expected - before[p]));
      expectNear(`parameter ${p} after step ${n}`, executor.parameters[p], expected, spread + rounding);
    }
  }
  executor.dispose();
}
