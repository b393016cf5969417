/** Trains a GRU on synthetic gestures, then recognizes a gesture while it is being drawn. */
import { adam, fit, GraphBuilder, gru, identity, Network, Random, softmaxCrossEntropy, stream } from 'nnbp';

const names = ['circle', 'zigzag', 'swipe'];
/** The length of one step along the path of a gesture, in canvas pixels, so that speed and screen size do not matter. */
const pixelsPerStep = 12;
/** The first steps of a gesture have no target, and their predictions are not shown. */
const skippedSteps = 6;

const canvas = document.querySelector('#pad');
const status = document.querySelector('#status');
const context = canvas.getContext('2d');
const random = new Random(1);

/** Returns a random gesture of the class `names[label]`: the direction of each step, as a unit vector. */
function example(label) {
  const steps = 16 + Math.floor(16 * random.uniform());
  const start = 2 * Math.PI * random.uniform();
  const side = random.uniform() < 0.5 ? 1 : -1;
  const period = 4 + Math.floor(4 * random.uniform());
  return Array.from({ length: steps }, (_, t) => {
    const turned = [
      side * ((2 * Math.PI * t) / steps),
      side * (Math.floor(t / period) % 2 === 0 ? 1 : -1) * 0.9,
      side * 0.4 * (t / steps),
    ][label];
    const angle = start + turned + 0.12 * random.normal();
    return [Math.cos(angle), Math.sin(angle)];
  });
}

// Every step after the first six has the label as its target, so that the network predicts while a gesture is being
// drawn.
const sequences = Array.from({ length: 240 }, (_, s) => {
  const label = s % names.length;
  const inputs = example(label);
  const target = names.map((_, k) => Number(k === label));
  return { inputs, targets: inputs.map((_, t) => (t < skippedSteps ? null : target)) };
});

const builder = new GraphBuilder();
const direction = [builder.input('dx'), builder.input('dy')];
const memory = gru(builder, { name: 'memory', from: direction, units: 12 });
for (const name of names) builder.output(builder.node(name, { from: memory, activation: identity, fixed: { c: 1 } }));
const network = new Network(builder.build(), { seed: 1, outputTransform: 'softmax' });
await fit(
  network,
  { sequences },
  {
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.02 }),
    epochs: 30,
    batchSize: 16,
    callbacks: [
      { onEpochEnd: ({ epoch, loss }) => void (status.textContent = `Epoch ${epoch}, loss ${loss.toFixed(3)}`) },
    ],
  },
);
status.textContent = 'Draw a circle, a zigzag or a swipe.';
status.dataset.done = 'true';

// The stream keeps the state of the GRU between calls; each call computes one step of the network.
const state = stream(network);
let steps = 0;
let from;

canvas.addEventListener('pointerdown', (event) => {
  canvas.setPointerCapture(event.pointerId);
  context.clearRect(0, 0, canvas.width, canvas.height);
  state.reset();
  steps = 0;
  from = positionOf(event);
});

canvas.addEventListener('pointermove', (event) => {
  if (event.buttons === 0 || from === undefined) return;
  const to = positionOf(event);
  for (;;) {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const distance = Math.hypot(dx, dy);
    if (distance < pixelsPerStep) return;
    const unit = [dx / distance, dy / distance];
    const next = [from[0] + pixelsPerStep * unit[0], from[1] + pixelsPerStep * unit[1]];
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...next);
    context.stroke();
    from = next;
    const probabilities = state.next(unit);
    if (++steps > skippedSteps) show(probabilities);
  }
});

function show(probabilities) {
  names.forEach((name, k) => {
    document.querySelector(`#${name}`).value = probabilities[k];
  });
  const best = probabilities.indexOf(Math.max(...probabilities));
  status.textContent = `${names[best]}, ${Math.round(100 * probabilities[best])} %`;
}

/** Returns the position of the pointer, in pixels of the canvas. */
function positionOf({ offsetX, offsetY }) {
  return [(offsetX * canvas.width) / canvas.clientWidth, (offsetY * canvas.height) / canvas.clientHeight];
}
