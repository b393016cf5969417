/**
 * Measures the test errors on five Proben1 classification problems over 30 runs, with rprop, Levenberg–Marquardt and
 * L-BFGS. As in the Proben1 report, networks have one hidden layer of tanh nodes and linear outputs, and minimize the
 * mean squared error. The parameters with the lowest validation loss are tested. The predicted class is the index of
 * the largest output.
 */
import { Network, type Optimizer } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { lbfgs, levenbergMarquardt, rprop } from '@nnbp/optim';
import { accuracy, evaluate, fit } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import { perceptron } from './networks.js';
import { parseProben1, readProben1 } from './proben1-data.js';
import { deviation, mean } from './statistics.js';

/** The number of hidden nodes for each problem. */
const problems: Readonly<Record<string, number>> = { cancer1: 6, diabetes1: 4, glass1: 8, heart1: 8, thyroid1: 8 };
const optimizers: Readonly<Record<string, { make(): Optimizer; epochs: number; patience: number }>> = {
  rprop: { make: () => rprop(), epochs: 1500, patience: 200 },
  'L-BFGS': { make: () => lbfgs(), epochs: 600, patience: 80 },
  'Levenberg–Marquardt': { make: () => levenbergMarquardt(), epochs: 60, patience: 8 },
};

/** Runs `proben1 [problem [runs [optimizer]]]`. With `smoke`, only parses a small file. */
export async function proben1(smoke: boolean): Promise<void> {
  if (smoke) {
    const header =
      'bool_in=0\nreal_in=2\nbool_out=1\nreal_out=0\ntraining_examples=2\nvalidation_examples=1\ntest_examples=1';
    const { training, test } = parseProben1(`${header}\n0 1 1\n1 0 0\n1 1 1\n0 0 0\n`);
    console.log(`Proben1 file: ${training.inputs.length} training samples, test ${JSON.stringify(test)}`);
    return;
  }
  const [selectedProblem, runs = '30', selectedOptimizer] = process.argv.slice(3);
  const engine = await auto();
  for (const [name, hidden] of Object.entries(problems)) {
    if (selectedProblem !== undefined && selectedProblem !== name) continue;
    const data = readProben1(name);
    if (data === undefined)
      throw new Error('Set the environment variable PROBEN1 to the directory with the Proben1 files.');
    const { training, validation, test } = data;
    for (const [optimizer, { make, epochs, patience }] of Object.entries(optimizers)) {
      if (selectedOptimizer !== undefined && selectedOptimizer !== optimizer) continue;
      const errors: number[] = [];
      const before = process.cpuUsage();
      for (let seed = 1; seed <= Number(runs); seed++) {
        const network = new Network(perceptron([training.inputs[0].length, hidden, training.targets[0].length]), {
          seed,
        });
        await fit(network, training, {
          loss: mse(),
          optimizer: make(),
          epochs,
          seed,
          engine,
          validation,
          earlyStopping: { patience },
        });
        const { metrics } = await evaluate(network, test, { loss: mse(), metrics: [accuracy()] });
        errors.push(100 * (1 - Number(metrics.accuracy)));
      }
      const { user, system } = process.cpuUsage(before);
      console.log(
        `${name}, ${hidden} hidden nodes, ${optimizer}: ${mean(errors).toFixed(2)} ± ${deviation(errors).toFixed(2)} % over ${errors.length} runs, ${((user + system) / 1e6 / errors.length).toFixed(2)} s each`,
      );
    }
  }
  engine.dispose();
}
