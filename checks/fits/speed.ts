/**
 * Measures the CPU time to reach a training loss: a tenth of the loss that Adam has after 200 epochs (batches of 32,
 * learning rate 0.01). Networks have tanh hidden layers and a linear output. brain.js networks consist of sigmoid
 * nodes, so their targets are scaled to the range 0.1 to 0.9, and the loss is scaled to match. Limits: 20,000 epochs for
 * Adam, 300 iterations for Levenberg–Marquardt, 3,000 for L-BFGS, 20,000 for brain.js, 3,000 for scikit-learn's `lbfgs`.
 * Runs are interleaved, except those of scikit-learn. The first of four rounds warms up the compiler and is not counted.
 * A method that takes more than a second runs only once, and this run counts.
 */
import { Network, type Optimizer } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, lbfgs, levenbergMarquardt } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import { createRequire } from 'node:module';
import { perceptron } from './networks.js';
import { type Problem, smallProblems } from './problems.js';
import { runPython } from './python.js';
import { median } from './statistics.js';

const rounds = 4;
/** Created by `timeToLoss`. */
let engine: Awaited<ReturnType<typeof auto>>;
const optimizers: Readonly<Record<string, { make(): Optimizer; epochs: number }>> = {
  Adam: { make: () => adam({ learningRate: 0.01 }), epochs: 20_000 },
  'Levenberg–Marquardt': { make: () => levenbergMarquardt(), epochs: 300 },
  'L-BFGS': { make: () => lbfgs(), epochs: 3000 },
};

/** Milliseconds of CPU time, and whether the goal was reached. */
interface Time {
  readonly time: number;
  readonly reached: boolean;
}
type Method = (problem: Problem, seed: number, goal: number) => Time | Promise<Time>;

const millisecondsSince = (before: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

async function train({ layers, inputs, targets }: Problem, seed: number, name: string, goal: number, limit?: number) {
  const { make, epochs } = optimizers[name];
  const network = new Network(perceptron(layers), { seed });
  const before = process.cpuUsage();
  const { history } = await fit(
    network,
    { inputs, targets },
    {
      loss: mse(),
      optimizer: make(),
      epochs: limit ?? epochs,
      engine,
      seed,
      callbacks: [
        {
          onEpochEnd({ history, stop }) {
            if (history.at(-1)!.loss <= goal) stop();
          },
        },
      ],
    },
  );
  const { loss } = history.at(-1)!;
  return { time: millisecondsSince(before), reached: loss <= goal, loss };
}

interface Brain {
  readonly NeuralNetwork: new (options: object) => {
    train(data: readonly object[], options: object): { readonly error: number };
  };
}

/** Returns a method that trains with the brain.js that `pnpm bench` installs, or undefined if it is not installed. */
function brain(): Method | undefined {
  let library: Brain;
  try {
    library = createRequire(new URL('../../bench/package.json', import.meta.url))('brain.js') as Brain;
  } catch {
    return undefined;
  }
  return ({ layers, inputs, targets }, _, goal) => {
    const all = targets.flat();
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const factor = 0.8 / (high - low);
    const data = inputs.map((input, s) => ({ input, output: targets[s].map((t) => 0.1 + factor * (t - low)) }));
    const network = new library.NeuralNetwork({ hiddenLayers: layers.slice(1, -1), activation: 'sigmoid' });
    const errorThresh = goal * factor ** 2;
    const before = process.cpuUsage();
    const { error } = network.train(data, { iterations: 20_000, errorThresh, errorCheckInterval: 1, log: false });
    return { time: millisecondsSince(before), reached: error <= errorThresh };
  };
}

function scikitLearn(problems: readonly (Problem & { readonly goals: readonly number[] })[]): Time[][] {
  const results = runPython('speed.py', problems) as { seconds: number; reached: boolean }[][];
  return results.map((runs) => runs.map(({ seconds, reached }) => ({ time: 1000 * seconds, reached })));
}

/**
 * Formats the median time over the seeds. If more than half of the runs stopped before they reached the goal, the time
 * is preceded by `>`. If not all runs reached the goal, the time is followed by the number of runs that did.
 */
function formatTimes(times: readonly Time[]): string {
  const reached = times.filter((run) => run.reached).length;
  const sorted = times.toSorted((a, b) => Number(b.reached) - Number(a.reached) || a.time - b.time);
  const middle = sorted[times.length >> 1];
  const time = `${middle.reached ? '' : '> '}${Number(middle.time.toPrecision(3))} ms`;
  return reached === times.length ? time : `${time} (${reached} of ${times.length})`;
}

/** With `smoke`, runs only the first problem with one seed, without brain.js and scikit-learn. */
export async function timeToLoss(smoke: boolean): Promise<void> {
  engine = await auto();
  const seeds = smoke ? [0] : [0, 1, 2, 3, 4];
  const brainMethod = smoke ? undefined : brain();
  const methods: [string, Method][] = Object.keys(optimizers).map((name) => [
    name,
    (problem, seed, goal) => train(problem, seed, name, goal),
  ]);
  if (brainMethod !== undefined) methods.push(['brain.js', brainMethod]);
  const measured: (Problem & { goals: number[] })[] = [];
  for (const problem of smallProblems().slice(0, smoke ? 1 : undefined)) {
    const goals: number[] = [];
    const times = methods.map((): Time[] => []);
    for (const seed of seeds) {
      const goal = (await train(problem, seed, 'Adam', 0, 200)).loss / 10;
      goals.push(goal);
      const runTimes = methods.map((): Time[] => []);
      for (let round = 0; round < (smoke ? 1 : rounds); round++) {
        for (const [k, [, run]] of methods.entries()) {
          if (round > 0 && runTimes[k][0].time > 1000) continue;
          runTimes[k].push(await run(problem, seed, goal));
        }
      }
      runTimes.forEach((all, k) => {
        const { reached } = all[0];
        times[k].push({ time: median((all.length > 1 ? all.slice(1) : all).map(({ time }) => time)), reached });
      });
    }
    measured.push({ ...problem, goals });
    const line = methods.map(([name], k) => `${name} ${formatTimes(times[k])}`);
    console.log(
      `${problem.name}, ${problem.layers.join('-')}, loss ${median(goals).toPrecision(2)}: ${line.join('; ')}`,
    );
  }
  engine.dispose();
  if (smoke) return;
  try {
    scikitLearn(measured).forEach((all, n) => console.log(`${measured[n].name}: scikit-learn ${formatTimes(all)}`));
  } catch (error) {
    console.log(`scikit-learn: not measured. ${String(error)}`);
  }
}
