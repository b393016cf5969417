/** Sets up a call with functions of @nnbp, which come from the package `nnbp` or from the scoped packages. */
import { predictInTurn, meanSquaredError } from './call.mjs';

/**
 * @param {import('./call.mjs').Call} call
 * @param {Pick<typeof import('nnbp'), 'adam' | 'fit' | 'load' | 'mlp' | 'mse' | 'Network' | 'save' | 'sgd' | 'sigmoid'>} library
 * @param {typeof import('nnbp').compile} [compile] Prepares the network for predictions.
 * @returns {Promise<import('./call.mjs').Prepared>}
 */
export async function ourCalls(call, { adam, fit, load, mlp, mse, Network, save, sgd, sigmoid }, compile) {
  const { kind, sizes, inputs, targets, batchSize = 32, epochs = 1 } = call;
  // c is fixed at 1, since other libraries do not have it.
  const make = (seed = 1) => new Network(mlp(sizes, { activation: sigmoid, fixed: { c: 1 } }), { seed });
  const network = make();
  const data = { inputs, targets };
  switch (kind) {
    case 'predict': {
      const predictor = compile ? await compile(network) : network;
      return { run: predictInTurn(call, (input) => predictor.predict(input)), note: compile ? 'compile(network)' : 'network.predict' };
    }
    case 'predictBatch': {
      const count = inputs.length;
      if (!compile) return { run: () => network.predictBatch(inputs), count, note: 'network.predictBatch' };
      const predictor = await compile(network);
      const flat = Float32Array.from(inputs.flat());
      return { run: () => predictor.predictBatch(flat), count, note: 'compile(network), predictBatch of one typed array' };
    }
    case 'train': {
      const options = { loss: mse(), optimizer: sgd({ learningRate: 0.3 }), batchSize, epochs };
      return { run: () => fit(network, data, options), count: epochs * inputs.length, note: 'fit, sgd' };
    }
    case 'trainToLoss': {
      let trained = network;
      return {
        async run() {
          trained = make();
          await fit(trained, data, {
            loss: mse(),
            optimizer: adam({ learningRate: 0.3 }),
            epochs: 10_000,
            callbacks: [{ onEpochEnd: ({ history, stop }) => history.at(-1).loss < call.targetLoss && stop() }],
          });
        },
        loss: () => meanSquaredError(call, (input) => trained.predict(input)),
        note: 'fit, adam 0.3, batch size 32',
      };
    }
    case 'load': {
      const file = save(network);
      return { run: () => load(file).network.predict(inputs[0]), note: 'load, then network.predict' };
    }
  }
}
