/** Part two: the sets on which the article's follow-up trains. */
import { identity, leakyRelu } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { rprop, sgd } from '@nnbp/optim';
import { evaluate, fit } from '@nnbp/train';
import { digits, heading, type Promises, say, table } from './screen.js';

/** y = 3x, one node, no activation. */
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

/** Five points that are nearly on a line. */
export const fivePoints = { inputs: [[1], [2], [3], [4], [5]], targets: [[3.2], [7], [8], [11.2], [15.3]] };

/** The author's shape, five leaky-ReLU nodes and an output, after 2,000 passes from a seed: the mean squared error. */
export async function fiveNodes(seed: number): Promise<number> {
  const network = new Network(mlp([1, 5, 1], { activation: leakyRelu, outputActivation: identity }), { seed });
  await fit(network, fivePoints, { loss: mse(), optimizer: rprop(), epochs: 2000, standardize: true });
  // The loss is in standardised units: the deviation squared takes it back to the data's.
  const { loss } = await evaluate(network, fivePoints, { loss: mse() });
  return loss * (network.outputScaler?.deviation[0] ?? 1) ** 2;
}

/** The mean squared error of the best straight line. */
export function straightLineError(): number {
  const x = fivePoints.inputs.map(([value]) => value);
  const t = fivePoints.targets.map(([value]) => value);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  const [meanX, meanT] = [mean(x), mean(t)];
  const slope =
    mean(x.map((value, k) => (value - meanX) * (t[k] - meanT))) / mean(x.map((value) => (value - meanX) ** 2));
  return mean(x.map((value, k) => (meanT + slope * (value - meanX) - t[k]) ** 2));
}

/** Prints both. */
export async function followUp(promises: Promises): Promise<void> {
  heading("2  The follow-up's sets");
  const { network, loss } = await tripling();
  const { b = 0, w } = network.getParameters('output.0');
  say(
    `y = 3x with one node and no activation, 2,000 passes: w = ${digits(w['input.0'])}, b = ${digits(b)}, loss ${digits(loss)}.`,
  );
  promises.expect(loss < 1e-10, 'The loss is below 1e-10.');

  console.log();
  const line = straightLineError();
  const errors: number[] = [];
  for (let seed = 1; seed <= 5; seed++) errors.push(await fiveNodes(seed));
  const stuck: number[] = [];
  for (let seed = 6; seed <= 60; seed++) stuck.push(await fiveNodes(seed));
  const all = [...errors, ...stuck];
  say(
    'Five points with five leaky-ReLU nodes and one output, standardised, resilient backpropagation, 2,000 passes (the author needed 100,000):',
  );
  table(
    ['seed', 'mean squared error'],
    errors.map((error, k) => [`${k + 1}`, digits(error)]),
  );
  const bestOfFive = Math.min(...errors);
  promises.expect(bestOfFive < 1e-4, `The best of five seeds is below 1e-4: ${digits(bestOfFive)}.`);
  const count = (holds: (error: number) => boolean) => all.filter(holds).length;
  const onLine = count((error) => Math.abs(error - line) < 0.01);
  say(
    `Of 60 seeds ${count((error) => error < 1e-4)} meet all points; the others stick, ${onLine} of them at ${digits(line)}, the error of the best straight line. ` +
      'Why: a leaky ReLU bends only where its h crosses 0. If no bend lies between the points, the network is a straight line on them; and at the best line the error is orthogonal to every line, so that every gradient is 0 and nothing brings a bend back. A bend between the wrong two points is the same trap with fewer points in it. Another seed, or more nodes, is the cure.',
  );
}
