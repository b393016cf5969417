/** Trains a classifier on points of two classes, and draws the predicted probabilities after each epoch. */
import { adam, binaryCrossEntropyWithLogits, compile, fit, identity, mlp, Network, Random, tanh } from 'nnbp';

const canvas = document.querySelector('#plot');
const status = document.querySelector('#status');
const context = canvas.getContext('2d');
const size = canvas.width;

// Two interleaving half circles; both coordinates are in [−2, 2].
const random = new Random(1);
const inputs = [];
const targets = [];
for (let s = 0; s < 300; s++) {
  const label = s % 2;
  const angle = Math.PI * random.uniform();
  const side = label === 0 ? 1 : -1;
  const noise = () => 0.12 * random.normal();
  inputs.push([side * (Math.cos(angle) - 0.5) + noise(), side * (Math.sin(angle) - 0.25) + noise()]);
  targets.push([label]);
}

const pixels = new Float32Array(2 * size * size);
for (let k = 0; k < size * size; k++) {
  pixels[2 * k] = 4 * ((k % size) / size) - 2;
  pixels[2 * k + 1] = 2 - 4 * (Math.floor(k / size) / size);
}

const network = new Network(mlp([2, 12, 8, 1], { activation: tanh, outputActivation: identity }), {
  seed: 1,
  outputTransform: 'sigmoid',
});
await fit(
  network,
  { inputs, targets },
  {
    loss: binaryCrossEntropyWithLogits(),
    optimizer: adam({ learningRate: 0.02 }),
    epochs: 60,
    callbacks: [{ onEpochEnd: draw }],
  },
);
status.dataset.done = 'true';

async function draw({ epoch, loss }) {
  const predictor = await compile(network);
  const probabilities = predictor.predictBatch(pixels, new Float32Array(size * size));
  const correct = inputs.filter((input, s) => predictor.predict(input)[0] > 0.5 === (targets[s][0] === 1)).length;
  predictor.dispose();
  const image = context.createImageData(size, size);
  probabilities.forEach((p, k) => image.data.set([40 + 190 * p, 110, 230 - 190 * p, 150], 4 * k));
  context.putImageData(image, 0, 0);
  inputs.forEach(([x, y], s) => {
    context.fillStyle = targets[s][0] === 1 ? '#b3261e' : '#0b57d0';
    context.fillRect((size * (x + 2)) / 4 - 0.5, (size * (2 - y)) / 4 - 0.5, 1.5, 1.5);
  });
  status.textContent = `Epoch ${epoch}, loss ${loss.toFixed(3)}, accuracy ${Math.round((100 * correct) / inputs.length)} %`;
  await new Promise(requestAnimationFrame);
}
