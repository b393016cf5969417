/** The test cases that every engine must pass. They check the engine's results and the contract of `Executor`. */
import { sigmoid, tanh } from '@nnbp/activations';
import { type Engine, expectEngine, type Graph, mlp, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { expectConformance, expectGolden, expectJacobian, expectSteps } from './compare.js';
import { expectSequences } from './compare-sequences.js';
import { everyActivation, everyLoss, everyOptimizer } from './every-plugin.js';
import {
  expectErrors,
  expectOverflowHandled,
  expectOwnState,
  expectReproducible,
  expectSameSteps,
  expectShortBatches,
} from './executor-contract.js';
import { randomParameters, randomSamples } from './random-data.js';
import { randomGraph } from './random-graph.js';
import { randomGeneralGraph } from './random-general-graph.js';
import { couplingLoss, mixed, chainedOutputs, fullyShared, signDescent, squares, wave } from './special-cases.js';

/** A test case of the suite. */
export interface ConformanceCase {
  /** The title for the test runner. */
  readonly name: string;
  /**
   * Runs the test case.
   *
   * @throws Error that describes the first violation
   */
  readonly run: () => void;
}

/** The batch sizes: a single sample, full SIMD tiles, and every kind of remainder. */
const batchSizes = [1, 2, 3, 5, 8, 31, 64, 100];

/** For each test case with sequences, the number of samples at each step. */
const sampleCounts = [[3], [1, 1, 1, 1], [5, 4, 4, 1], [2, 2, 1, 1, 1, 1, 1]];

/**
 * Returns the test cases for an engine. Pass each one to your test runner.
 *
 * @param seed - The seed of the random graphs. Default: 1.
 * @throws NnbpError `WRONG_TYPE` if `engine` is not an engine
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
  expectEngine(engine);
  const testCase = (name: string, run: () => void): ConformanceCase => ({ name, run });
  const agreementCase = (
    name: string,
    draw: (random: Random) => Graph,
    loss = mse(),
    target?: Parameters<typeof randomSamples>[3],
  ) =>
    testCase(name, () => {
      const random = new Random(seed);
      for (const samples of batchSizes) {
        const graph = draw(random);
        const parameters = randomParameters(graph, random);
        expectConformance(engine, graph, parameters, randomSamples(graph, random, samples, target), loss);
      }
    });
  return [
    testCase('matches the golden numbers', () => expectGolden(engine)),
    ...batchSizes.map((samples) =>
      testCase(`matches the reference engine on random graphs, batches of ${samples}`, () => {
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
    ].map((sizes) =>
      agreementCase(`matches the reference engine on dense layers of sizes ${sizes.join('-')}`, () =>
        mlp(sizes, { activation: sigmoid }),
      ),
    ),
    ...everyActivation.map((activation) =>
      agreementCase(`matches the reference engine with the activation ${activation.name}`, (random) =>
        mixed(random, activation),
      ),
    ),
    ...everyLoss.map(({ loss, target, onProbabilities }) =>
      agreementCase(
        `matches the reference engine with the loss ${loss.name}`,
        (random) =>
          randomGraph(random, {
            nodes: 30,
            ...(onProbabilities && { output: { activation: sigmoid, fixed: { c: 1 } } }),
          }),
        loss,
        target,
      ),
    ),
    agreementCase('matches the reference engine when all weights are shared', fullyShared),
    agreementCase('matches the reference engine on outputs that feed other outputs', chainedOutputs),
    agreementCase('matches the reference engine with a custom activation', (random) => mixed(random, wave)),
    agreementCase(
      'matches the reference engine with a custom loss',
      (random) => randomGraph(random, { nodes: 30 }),
      couplingLoss,
    ),
    ...Object.entries({ ...everyOptimizer, 'sign descent (custom)': signDescent }).map(([name, make]) =>
      testCase(`matches the reference engine for 100 steps of ${name}`, () =>
        expectSteps(engine, make, new Random(seed)),
      ),
    ),
    ...[1, 5].map((samples) =>
      testCase(`computes the Jacobian of random graphs, batches of ${samples}`, () => {
        const random = new Random(seed + samples);
        for (let n = 0; n < 3; n++) {
          const graph = randomGraph(random, { nodes: 15 });
          expectJacobian(engine, graph, randomParameters(graph, random), randomSamples(graph, random, samples));
        }
      }),
    ),
    ...sampleCounts.map((counts) =>
      testCase(
        `matches the reference engine on sequences with sample counts [${counts.join(', ')}], ` +
          `for random graphs with delays, aggregations, and fixed and shared parameters`,
        () => {
          const random = new Random(seed);
          for (let n = 0; n < 12; n++) expectSequences(engine, randomGeneralGraph(random), random, counts, mse());
        },
      ),
    ),
    testCase('matches the reference engine with a custom aggregation', () => {
      const random = new Random(seed);
      const graph = () => randomGeneralGraph(random, { aggregations: [squares], activations: [tanh] });
      for (let n = 0; n < 6; n++) expectSequences(engine, graph(), random, [2, 2, 1], mse());
    }),
    testCase('keeps the state of an optimizer in the optimizer, not in the executor', () => expectOwnState(engine)),
    testCase('computes bit-identical results in two runs', () => expectReproducible(engine, new Random(seed))),
    testCase('matches the reference engine on short batches after long ones', () =>
      expectShortBatches(engine, new Random(seed)),
    ),
    testCase('takes the same steps with stepMany as with step', () => expectSameSteps(engine, new Random(seed))),
    testCase('leaves parameters unchanged when a step overflows', () => expectOverflowHandled(engine)),
    testCase('rejects invalid arguments', () => expectErrors(engine)),
  ];
}
