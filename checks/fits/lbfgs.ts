/**
 * Trains 20 small networks with our L-BFGS and with SciPy's L-BFGS-B, each with a memory of 10, and compares the two.
 * They take the same path for the first 50 to 150 evaluations; then they diverge because of rounding errors, so the
 * number of evaluations of a single run means little. Each network is therefore trained from 31 starting points with
 * relative differences of about 1e-10. The check compares the median number of evaluations until the loss is within 1 %
 * of the median loss at which SciPy stops.
 */
import { js, Network, type Objective, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { lbfgs } from '@nnbp/optim';
import { perceptron } from './networks.js';
import { runPython } from './python.js';
import { median } from './statistics.js';

const shapes = [
  [1, 3, 1],
  [1, 5, 1],
  [2, 4, 1],
  [2, 6, 2],
  [3, 5, 1],
  [4, 3, 3],
  [2, 4, 4, 1],
  [3, 8, 2],
  [1, 10, 1],
  [5, 4, 2],
];
/** Standard deviation of the relative difference between the first starting point and another one. */
const startDistance = 1e-10;
const maxIterations = 5000;

interface Problem {
  readonly layers: readonly number[];
  readonly network: Network;
  readonly inputs: readonly number[][];
  readonly targets: readonly number[][];
  readonly starts: readonly number[][];
}

/** Creates problem `n`: a network, 100 samples of noisy sines of the first input, and `runs` starting points. */
function problem(n: number, runs: number): Problem {
  const random = new Random(n + 1);
  const layers = shapes[n % shapes.length];
  const network = new Network(perceptron(layers), { seed: n });
  const inputs = Array.from({ length: 100 }, () => Array.from({ length: layers[0] }, () => 2 * random.uniform() - 1));
  const targets = inputs.map((x) =>
    Array.from({ length: layers.at(-1)! }, (_, k) => Math.sin(2 * x[0] + k) + 0.1 * random.uniform()),
  );
  const starts = Array.from({ length: runs }, (_, run) =>
    Array.from(network.parameters.vector, (p) => p * (1 + (run === 0 ? 0 : startDistance * random.normal()))),
  );
  return { layers, network, inputs, targets, starts };
}

/**
 * Runs our L-BFGS until the loss is at most `goal`, it converges, or it has run `maxIterations` iterations. Returns the
 * loss of each evaluation.
 */
function minimize({ network, inputs, targets }: Problem, start: readonly number[], goal: number): number[] {
  const executor = js().prepare(network.graph, inputs.length);
  const [rows, targetRows] = [Float64Array.from(inputs.flat()), Float64Array.from(targets.flat())];
  const losses: number[] = [];
  const objective: Objective = {
    residualCount: 0,
    loss: () => NaN,
    jacobian: () => NaN,
    gradient(parameters, gradients) {
      executor.parameters.set(parameters);
      const loss = executor.backpropagate(rows, targetRows, inputs.length, mse());
      gradients.set(executor.gradients);
      losses.push(loss);
      return loss;
    },
  };
  const optimizer = lbfgs({ lossTolerance: 1e-12, gradientTolerance: 1e-6 });
  const parameters = Float64Array.from(start);
  for (let k = 0; k < maxIterations && optimizer.converged !== true && !(losses.at(-1)! <= goal); k++) {
    optimizer.iterate!(objective, parameters);
  }
  return losses;
}

const scipy = (problems: readonly Problem[]) =>
  runPython(
    'lbfgs.py',
    problems.map(({ network: _, ...rest }) => rest),
  ) as number[][][];

/** Number of evaluations until the loss is at most the goal; Infinity if it never is. */
function evaluations(losses: readonly number[], goal: number): number {
  const at = losses.findIndex((loss) => loss <= goal);
  return at < 0 ? Infinity : at + 1;
}

/** Number of initial evaluations in which two runs agree to within one part in a million. */
function agreeingEvaluations(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((loss, k) => !(Math.abs(loss - b[k]) <= 1e-6 * Math.abs(loss)));
  return at < 0 ? a.length : at;
}

/** With `smoke`, runs only our L-BFGS, on one problem. */
export function compareWithScipy(smoke: boolean): void {
  if (smoke) {
    const one = problem(0, 1);
    console.log(`L-BFGS reached 0.01 after ${evaluations(minimize(one, one.starts[0], 0.01), 0.01)} evaluations`);
    return;
  }
  const problems = Array.from({ length: 20 }, (_, n) => problem(n, 31));
  const scipyRuns = scipy(problems);
  const ratios = problems.map((problem, n) => {
    const goal = 1.01 * median(scipyRuns[n].map((losses) => losses.at(-1)!));
    const ourRuns = problem.starts.map((start) => minimize(problem, start, goal));
    const [ourMedian, scipyMedian] = [ourRuns, scipyRuns[n]].map((runs) =>
      median(runs.map((losses) => evaluations(losses, goal))),
    );
    console.log(
      `${problem.layers.join('-').padEnd(8)} loss ${goal.toExponential(3)}: ${ourMedian} evaluations, SciPy ${scipyMedian}, ratio ${(ourMedian / scipyMedian).toFixed(2)}; the losses agree in the first ${agreeingEvaluations(ourRuns[0], scipyRuns[n][0])} evaluations`,
    );
    return ourMedian / scipyMedian;
  });
  const within = ratios.filter((ratio) => ratio <= 1.2).length;
  console.log(`within 1.2 times SciPy's evaluations: ${within} of 20; median ratio ${median(ratios).toFixed(2)}`);
}
