/** Part two of the demo: the data sets of the article's follow-up. */
import { identity, leakyRelu } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { rprop, sgd } from '@nnbp/optim';
import { evaluate, fit } from '@nnbp/train';
import { digits, heading, type Checks, say, table } from './screen.js';

/** Trains one node without an activation on y = 3x. */
export async function tripling() {
  const network = new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }), { seed: 1 });
  const data = { inputs: [[1], [2], [3], [4], [5]], targets: [[3], [6], [9], [12], [15]] };
  const { history } = await fit(network, data, {
    loss: mse(),
    optimizer: sgd({ learningRate: 0.04 }),
    epochs: 2000,
    batchSize: 5,
  });
  return { network, loss: history[history.length - 1].loss };
}

/** Five points near a straight line. */
export const fivePoints = { inputs: [[1], [2], [3], [4], [5]], targets: [[3.2], [7], [8], [11.2], [15.3]] };

/** Trains the article author's network (five leaky-ReLU nodes) for 2,000 epochs. Returns the mean squared error. */
export async function fiveNodes(seed: number): Promise<number> {
  const network = new Network(mlp([1, 5, 1], { activation: leakyRelu, outputActivation: identity }), { seed });
  await fit(network, fivePoints, { loss: mse(), optimizer: rprop(), epochs: 2000, standardize: true });
  // evaluate() returns the loss in standardized units. Multiply by the variance of the targets for the original units.
  const { loss } = await evaluate(network, fivePoints, { loss: mse() });
  return loss * (network.outputScaler?.deviation[0] ?? 1) ** 2;
}

/** Returns the mean squared error of the best straight line. */
export function straightLineError(): number {
  const x = fivePoints.inputs.map(([value]) => value);
  const t = fivePoints.targets.map(([value]) => value);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  const [meanX, meanT] = [mean(x), mean(t)];
  const slope =
    mean(x.map((value, k) => (value - meanX) * (t[k] - meanT))) / mean(x.map((value) => (value - meanX) ** 2));
  return mean(x.map((value, k) => (meanT + slope * (value - meanX) - t[k]) ** 2));
}

/** Prints and checks the results for both data sets. */
export async function followUp(checks: Checks): Promise<void> {
  heading("2  The follow-up's data sets");
  const { network, loss } = await tripling();
  const { b = 0, w } = network.getParameters('output.0');
  say(
    `y = 3x with one node and no activation, 2,000 epochs: w = ${digits(w['input.0'])}, b = ${digits(b)}, loss ${digits(loss)}.`,
  );
  checks.expect(loss < 1e-10, 'The loss is below 1e-10.');

  console.log();
  const lineError = straightLineError();
  const errors: number[] = [];
  for (let seed = 1; seed <= 5; seed++) errors.push(await fiveNodes(seed));
  const others: number[] = [];
  for (let seed = 6; seed <= 60; seed++) others.push(await fiveNodes(seed));
  const all = [...errors, ...others];
  say(
    'Five points with five leaky-ReLU nodes and one output, standardized, resilient backpropagation, 2,000 epochs (the author needed 100,000):',
  );
  table(
    ['seed', 'mean squared error'],
    errors.map((error, k) => [`${k + 1}`, digits(error)]),
  );
  const bestOfFive = Math.min(...errors);
  checks.expect(bestOfFive < 1e-4, `The smallest of the five errors is below 1e-4: ${digits(bestOfFive)}.`);
  const count = (holds: (error: number) => boolean) => all.filter(holds).length;
  const onLine = count((error) => Math.abs(error - lineError) < 0.01);
  say(
    `Of 60 seeds, ${count((error) => error < 1e-4)} fit all points. The others end in a local minimum, ${onLine} of them at ${digits(lineError)}, the error of the best straight line. ` +
      'The reason: a leaky ReLU has its kink where h = 0. If all kinks are outside the range of the points, the network is a straight line within this range. For the best straight line, every gradient is 0, so the kinks stay outside. An unnecessary kink between two points causes a similar minimum. Try another seed or more nodes.',
  );
}
