/** Models created with TensorFlow.js, some of them trained: their saved files, and their outputs for some rows. */
import tf from '@tensorflow/tfjs';
import { flowers, probes, xor } from './data.mjs';

const { layers } = tf;
const activations = [
  'linear',
  'sigmoid',
  'hardSigmoid',
  'tanh',
  'relu',
  'elu',
  'selu',
  'softplus',
  'softsign',
  'swish',
  'mish',
  'gelu',
];

export async function models() {
  return [
    await trained(
      'XOR',
      sequential(layers.dense({ units: 6, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1 })),
      xor,
      60,
    ),
    await trained(
      'flowers, dropout and softmax',
      sequential(
        layers.dense({ units: 8, activation: 'relu', inputShape: [4] }),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ),
      flowers,
      10,
    ),
    await withOutputs(
      'dense and activation layers',
      sequential(
        layers.inputLayer({ inputShape: [2, 2] }),
        layers.flatten(),
        layers.dense({ units: 5, useBias: false }),
        layers.leakyReLU({ alpha: 0.2 }),
        layers.gaussianNoise({ stddev: 0.1 }),
        layers.dense({ units: 4 }),
        layers.elu(),
        layers.activation({ activation: 'tanh' }),
        layers.dense({ units: 4 }),
        layers.reLU(),
        layers.dense({ units: 3 }),
        layers.softmax(),
      ),
      4,
    ),
    await withOutputs('two inputs and a skip connection', twoInputs(), 5),
    ...(await convolutional()),
    ...(await Promise.all(
      activations.map((activation) =>
        withOutputs(
          activation,
          sequential(
            layers.dense({ units: 5, activation, inputShape: [3], biasInitializer: 'randomUniform' }),
            layers.dense({ units: 2, activation }),
          ),
          3,
        ),
      ),
    )),
  ];
}

/**
 * Makes convolutional models. In untrained models, the moving averages of batch normalization are 0 and 1. Here they
 * are random, so that an importer that ignores them fails.
 */
async function convolutional() {
  const randomBiases = { biasInitializer: 'randomUniform' };
  const normalization = () =>
    layers.batchNormalization({
      gammaInitializer: 'randomUniform',
      betaInitializer: 'randomUniform',
      movingMeanInitializer: 'randomUniform',
      movingVarianceInitializer: tf.initializers.randomUniform({ minval: 0.5, maxval: 2 }),
    });
  const { conv1d, conv2d, dense } = layers;
  /** @type {Record<string, [any[], number]>} */
  const models = {
    'a dilated 1-D convolution': [
      [
        conv1d({ filters: 3, kernelSize: 3, padding: 'same', dilationRate: 2, inputShape: [9, 2], ...randomBiases }),
        normalization(),
        layers.activation({ activation: 'relu' }),
        layers.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' }),
        conv1d({ filters: 2, kernelSize: 2, strides: 2, activation: 'tanh', ...randomBiases }),
        layers.averagePooling1d({ poolSize: 2, strides: 1 }),
        layers.flatten(),
        dense({ units: 2 }),
      ],
      18,
    ],
    'convolutions of an image, and batch normalization': [
      [
        conv2d({
          filters: 3,
          kernelSize: [3, 2],
          strides: [1, 2],
          padding: 'same',
          useBias: false,
          inputShape: [6, 7, 2],
        }),
        normalization(),
        layers.reLU(),
        layers.maxPooling2d({ poolSize: 2, strides: [2, 1] }),
        conv2d({ filters: 2, kernelSize: 2, padding: 'valid', activation: 'relu', ...randomBiases }),
        normalization(),
        layers.averagePooling2d({ poolSize: [2, 3], strides: 1, padding: 'same' }),
        layers.flatten(),
        normalization(),
        dense({ units: 3, activation: 'softmax' }),
      ],
      84,
    ],
    'dilation and global average pooling': [
      [
        conv2d({
          filters: 4,
          kernelSize: 2,
          dilationRate: 2,
          activation: 'elu',
          inputShape: [5, 5, 1],
          ...randomBiases,
        }),
        dense({ units: 3, activation: 'tanh', ...randomBiases }),
        layers.globalAveragePooling2d({}),
        normalization(),
      ],
      25,
    ],
    'global max pooling': [
      [
        conv1d({ filters: 3, kernelSize: 2, inputShape: [6, 2], ...randomBiases }),
        layers.globalMaxPooling1d({}),
        dense({ units: 1 }),
      ],
      12,
    ],
    'the same layers at each of five steps': [
      [
        layers.timeDistributed({
          layer: conv1d({ filters: 2, kernelSize: 2, ...randomBiases }),
          inputShape: [5, 4, 1],
        }),
        layers.timeDistributed({ layer: layers.maxPooling1d({ poolSize: 2, strides: 1 }) }),
        layers.timeDistributed({ layer: layers.flatten() }),
        layers.timeDistributed({ layer: dense({ units: 3, activation: 'tanh', ...randomBiases }) }),
        layers.flatten(),
        dense({ units: 2 }),
      ],
      20,
    ],
  };
  return Promise.all(
    Object.entries(models).map(([name, [list, inputCount]]) => withOutputs(name, sequential(...list), inputCount)),
  );
}

export async function recurrent(count, steps) {
  const { simpleRNN, lstm, gru, timeDistributed, conv2d, batchNormalization, reLU, flatten, dense } = layers;
  const options = { returnSequences: true, biasInitializer: 'randomUniform' };
  const withOutputsOfEachStep = async (name, model, rows, shape) => {
    const output = model.predict(tf.tensor(rows.flat(), [1, steps, ...shape]));
    const outputs = await output.squeeze([0]).array();
    return { name, ...(await saved(model)), rows, outputs };
  };
  const results = [];
  for (let k = 0; k < count; k++) {
    const first = { ...options, units: 3 + k, inputShape: [null, 2] };
    const hard = k % 2 === 1 && { recurrentActivation: 'hardSigmoid' };
    const kinds = {
      simpleRNN: simpleRNN(first),
      lstm: lstm({ ...first, ...hard }),
      gru: gru({ ...first, ...hard, resetAfter: false }),
    };
    for (const [name, layer] of Object.entries(kinds)) {
      const rest = [
        timeDistributed({ layer: dense({ units: 3, activation: 'tanh' }) }),
        simpleRNN({ ...options, units: 2 }),
      ];
      results.push(await withOutputsOfEachStep(`${name} ${k}`, sequential(layer, ...rest), probes(2, steps), [2]));
    }
  }
  const images = sequential(
    timeDistributed({ layer: conv2d({ filters: 2, kernelSize: 2 }), inputShape: [null, 3, 3, 1] }),
    timeDistributed({ layer: batchNormalization({ movingMeanInitializer: 'randomUniform' }) }),
    timeDistributed({ layer: reLU() }),
    timeDistributed({ layer: flatten() }),
    lstm({ ...options, units: 3 }),
  );
  return [...results, await withOutputsOfEachStep('images, step by step', images, probes(9, steps), [3, 3, 1])];
}

const sequential = (...list) => tf.sequential({ layers: list });

function twoInputs() {
  const [a, b] = [tf.input({ shape: [2] }), tf.input({ shape: [3] })];
  const deep = layers.dense({ units: 4, activation: 'tanh' }).apply(a);
  const both = layers.concatenate().apply([b, deep, a]);
  const last = layers.dense({ units: 2, activation: 'sigmoid' }).apply(both);
  return tf.model({ inputs: [a, b], outputs: [last, deep] });
}

async function trained(name, model, data, epochs) {
  const loss = model.outputs[0].shape[1] === 1 ? 'meanSquaredError' : 'categoricalCrossentropy';
  model.compile({ optimizer: tf.train.adam(0.05), loss });
  const [x, y] = ['input', 'output'].map((what) => tf.tensor2d(data.map((sample) => sample[what])));
  await model.fit(x, y, { epochs, verbose: 0 });
  return withOutputs(name, model, model.inputs[0].shape[1], data.slice(0, 8));
}

/**
 * Returns the saved model, rows of inputs, and the model's outputs for them. A row concatenates the values of all
 * inputs, and its outputs are concatenated too.
 */
async function withOutputs(name, model, inputCount, data = /** @type {any[]} */ ([])) {
  const rows = [...data.map(({ input }) => input), ...probes(inputCount, 16)];
  let at = 0;
  const tensors = model.inputs.map(({ shape }) => {
    const width = shape.slice(1).reduce((product, size) => product * size, 1);
    const part = rows.map((row) => row.slice(at, at + width));
    at += width;
    return tf.tensor(part.flat(), [rows.length, ...shape.slice(1)]);
  });
  const predictions = [model.predict(tensors.length === 1 ? tensors[0] : tensors)].flat();
  const lists = await Promise.all(predictions.map((prediction) => prediction.array()));
  return { name, ...(await saved(model)), rows, outputs: rows.map((_, s) => lists.flatMap((list) => list[s])) };
}

/** The contents of the two files that `model.save` writes. */
async function saved(model) {
  /** @type {any} */
  let files;
  await model.save(
    tf.io.withSaveHandler(({ weightData, weightSpecs, ...json }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      files = { json: { ...json, weightsManifest }, weights: new Uint8Array(weightData) };
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    }),
  );
  return files;
}
