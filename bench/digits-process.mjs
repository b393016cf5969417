/**
 * Trains with one library from a cold start, and measures the time from importing the library to 95 % validation
 * accuracy, or to the end of 60 epochs.
 */
import { batchSize, countCorrect, digits, epoch, initialWeights, sizes } from './digits-data.mjs';
import { smoke } from './smoke.mjs';

const goal = 0.95;
const maxEpochs = smoke ? 1 : 60;

const [library, seed] = [process.argv[2], Number(process.argv[3])];
const { train, validation } = digits();
const layers = initialWeights(seed);

const startTime = performance.now();
const elapsed = () => (performance.now() - startTime) / 1000;
const { learner } = await import(`./digits-${library}.mjs`);
const { step, predict } = await learner({ sizes, batchSize, layers });
const secondsToReady = elapsed();

let accuracy = 0;
let firstLoss;
let epochs = 0;
while (accuracy < goal && epochs < maxEpochs) {
  epochs++;
  for (const samples of epoch(train, epochs, seed)) {
    const loss = step(samples);
    firstLoss ??= loss;
  }
  accuracy = countCorrect(predict(validation.inputs), validation.labels) / validation.labels.length;
}
console.log(JSON.stringify({ seconds: elapsed(), secondsToReady, epochs, accuracy, firstLoss }));
