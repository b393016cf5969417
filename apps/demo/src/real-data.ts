/** Part three of the demo: iris and handwritten digits. */
import { identity, relu, tanh } from '@nnbp/activations';
import { heUniform, mlp, Network } from '@nnbp/core';
import { softmaxCrossEntropy } from '@nnbp/losses';
import { adam, cosine } from '@nnbp/optim';
import { accuracy, confusionMatrix, evaluate, fit } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import { handwrittenDigits, iris } from './data.js';
import { heading, percent, progressBar, type Checks, say, table } from './screen.js';

/** Trains on iris and returns the test accuracy. */
export async function irisAccuracy(seed: number): Promise<number> {
  const { training, test } = iris(seed);
  const network = new Network(mlp([4, 8, 3], { activation: tanh, outputActivation: identity }), { seed });
  const loss = softmaxCrossEntropy();
  await fit(network, training, {
    loss,
    optimizer: adam({ learningRate: 0.02 }),
    epochs: 60,
    batchSize: 16,
    seed,
    standardize: { inputs: true },
  });
  return (await evaluate(network, test, { loss, metrics: [accuracy()] })).metrics.accuracy as number;
}

/** Trains on 8,000 digits. Returns the training report, the engine, the test accuracy and the confusion matrix. */
export async function trainDigits(epochs = 12) {
  const { training, test } = handwrittenDigits(1);
  const network = new Network(mlp([784, 128, 10], { activation: relu, outputActivation: identity }), {
    seed: 1,
    initializer: heUniform,
  });
  const loss = softmaxCrossEntropy();
  const [samples, batchSize] = [training.inputs.length, 32];
  const steps = epochs * Math.ceil(samples / batchSize);
  const bar = progressBar('digits', epochs * samples);
  const engine = await auto();
  const report = await fit(network, training, {
    loss,
    optimizer: adam({ learningRate: cosine({ peak: 0.003, steps }) }),
    epochs,
    batchSize,
    seed: 1,
    engine,
    callbacks: [
      {
        onBatchEnd: ({ epoch, samples: done, loss: now }) =>
          bar.update((epoch - 1) * samples + done, `epoch ${epoch} of ${epochs}, loss ${now.toFixed(3)}`),
      },
    ],
  });
  bar.stop();
  const { metrics } = await evaluate(network, test, { loss, metrics: [accuracy(), confusionMatrix()] });
  return { report, engine, accuracy: metrics.accuracy as number, confusion: metrics.confusionMatrix as number[][] };
}

/** Prints and checks the results for both data sets. */
export async function realData(checks: Checks): Promise<void> {
  heading('3  Real data');
  const seeds = [1, 2, 3, 4, 5];
  const bar = progressBar('iris  ', seeds.length);
  const accuracies: number[] = [];
  for (const seed of seeds) {
    accuracies.push(await irisAccuracy(seed));
    bar.update(accuracies.length, `seed ${seed}: ${percent(accuracies[accuracies.length - 1])}`);
  }
  bar.stop();
  const mean = accuracies.reduce((a, b) => a + b) / seeds.length;
  say(`Iris, 4-8-3, 30 % test set, accuracy for five seeds: ${accuracies.map(percent).join(', ')}.`);
  checks.expect(mean >= 0.94, `The mean test accuracy is at least 94 %: ${percent(mean)}.`);

  console.log();
  const digits = await trainDigits();
  say(
    `Handwritten digits, 784-128-10, 8,000 training and 2,000 test samples, ${digits.report.seconds.toFixed(1)} s of training ` +
      `on the ${digits.engine.name} engine:`,
  );
  table(
    ['epoch', 'loss', 'samples/s'],
    digits.report.history.map(({ epoch, loss, samplesPerSecond }) => [
      `${epoch}`,
      loss.toFixed(4),
      samplesPerSecond.toFixed(0),
    ]),
  );
  say('Confusion matrix (rows: true digit, columns: predicted digit):');
  table(
    ['', ...Array.from({ length: 10 }, (_, k) => String(k))],
    digits.confusion.map((row, k) => [`${k}`, ...row.map((count) => (count === 0 ? '·' : String(count)))]),
  );
  checks.expect(digits.accuracy >= 0.95, `The test accuracy is at least 95 %: ${percent(digits.accuracy)}.`);
}
