/** Models trained by TensorFlow.js: saved files, and outputs for some rows. */
import tf from '@tensorflow/tfjs';
import { flowers, probes, xor } from './data.mjs';

const { layers } = tf;
const activations = ['linear', 'sigmoid', 'hardSigmoid', 'tanh', 'relu', 'elu', 'selu', 'softplus', 'softsign'];
const more = ['swish', 'mish', 'gelu'];

export async function models() {
  return [
    await trained(
      'XOR',
      sequence(layers.dense({ units: 6, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1 })),
      xor,
      60,
    ),
    await trained(
      'flowers, dropout and softmax',
      sequence(
        layers.dense({ units: 8, activation: 'relu', inputShape: [4] }),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ),
      flowers,
      10,
    ),
    await answered(
      'every kind of layer',
      sequence(
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
    await answered('two inputs that meet, and a way past a layer', meeting(), 5),
    ...(await Promise.all(
      [...activations, ...more].map((activation) =>
        answered(
          activation,
          sequence(
            layers.dense({ units: 5, activation, inputShape: [3], biasInitializer: 'randomUniform' }),
            layers.dense({ units: 2, activation }),
          ),
          3,
        ),
      ),
    )),
  ];
}

const sequence = (...list) => tf.sequential({ layers: list });

function meeting() {
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
  return answered(name, model, model.inputs[0].shape[1], data.slice(0, 8));
}

/** Rows concatenate the numbers of all inputs, and of all outputs. */
async function answered(name, model, inputs, data = /** @type {any[]} */ ([])) {
  const rows = [...data.map(({ input }) => input), ...probes(inputs, 16)];
  let at = 0;
  const tensors = model.inputs.map(({ shape }) => {
    const width = shape.slice(1).reduce((product, size) => product * size, 1);
    const part = rows.map((row) => row.slice(at, at + width));
    at += width;
    return tf.tensor(part.flat(), [rows.length, ...shape.slice(1)]);
  });
  const answers = [model.predict(tensors.length === 1 ? tensors[0] : tensors)].flat();
  const lists = await Promise.all(answers.map((answer) => answer.array()));
  return { name, ...(await saved(model)), rows, outputs: rows.map((_, s) => lists.flatMap((list) => list[s])) };
}

/** As `model.save` writes it to two files. */
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
